"""Text as people type it, made comparable: cleaning, transliteration, folding for search, keys for sorting.

Nothing here touches the database. `fold` gives the form kept in search columns; a query must go through `fold_query`,
so that both sides are written alike.
"""

import re
import unicodedata

from django.utils.translation import gettext as _

# -- Cleaning what comes in ---------------------------------------------------------------------

MAX_COMBINING_MARKS = 4
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Seen as nothing, pasted along from web pages and office programs: they would make two equal names differ.
_INVISIBLE = frozenset("\u00ad\u061c\u180e\u200b\u200e\u200f\u2060\ufeff")
_JOINERS = frozenset("\u200c\u200d")  # mean something in Persian, Hindi and emoji, nothing between Bulgarian letters
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters or signs for Unicode, empty for the eye
_HIDDEN_FORMATS = frozenset(chr(c) for c in (*range(0x206A, 0x2070), *range(0xFFF9, 0xFFFC)))
_LINE_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def clean_text(value: str, *, multiline: bool = False) -> str:
    """Give back `value` in NFC, trimmed, with ordinary spaces; refuse what could deceive or break a page.

    Spaces of every kind (NBSP, thin, tab) become one ordinary space. With `multiline` line breaks are kept as "\\n" and
    spaces inside a line are left as they are; otherwise runs of spaces become one and a line break is refused.

    Raises ValueError with a message for the user on control characters, bidirectional controls (which can show a text
    in another order than it is stored), private-use characters, broken surrogates and piles of combining marks.
    Right-to-left letters themselves are welcome.
    """
    text = _LINE_BREAKS.sub("\n", unicodedata.normalize("NFC", value))
    kept: list[str] = []
    marks = 0
    for char in text:
        # The commonest case first: letters, digits and signs of Latin and Cyrillic.
        if " " <= char <= "~" or "\u0400" <= char <= "\u0482":
            kept.append(char)
            marks = 0
            continue
        category = unicodedata.category(char)
        if category == "Zs" or char == "\t" or char in _BLANK_LETTERS:
            char = " "
        elif char in _INVISIBLE or (char in _JOINERS and (not kept or kept[-1] < "\u0590")):
            continue
        elif char != "\n":
            _refuse_dangerous(char, category)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MAX_COMBINING_MARKS:
            raise ValueError(_("The text piles too many accents on one letter."))
        kept.append(char)
    # Dropping an invisible sign may have brought a letter and its accent together.
    text = unicodedata.normalize("NFC", "".join(kept))
    if multiline:
        return "\n".join(line.rstrip() for line in text.split("\n")).strip()
    text = text.strip()
    if "\n" in text:
        raise ValueError(_("Line breaks are not allowed here."))
    return re.sub(" {2,}", " ", text)


def _refuse_dangerous(char: str, category: str) -> None:
    code = f"U+{ord(char):04X}"
    if char in _BIDI_CONTROLS:
        raise ValueError(_("The text contains a hidden sign that reverses the direction of writing (%s).") % code)
    is_noncharacter = 0xFDD0 <= ord(char) <= 0xFDEF or ord(char) & 0xFFFE == 0xFFFE
    if category == "Cs" or is_noncharacter:
        raise ValueError(_("The text contains a broken character (%s).") % code)
    if category == "Co":
        raise ValueError(_("The text contains a character that only one program understands (%s).") % code)
    is_tag = 0xE0000 <= ord(char) <= 0xE007F
    if category == "Cc" or char in _HIDDEN_FORMATS or is_tag:
        raise ValueError(_("The text contains a control character (%s).") % code)


def without_nul(value: str) -> str:
    """Text for a query: PostgreSQL refuses the sign NUL, which no stored text holds anyway."""
    return value.replace("\0", "")


# -- Numbers: look-alikes and separators ----------------------------------------------------------

_LOOK_ALIKES = str.maketrans("АВЕКМНОРСТХ", "ABEKMHOPCTX")
_SMALL_LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SMALL_CYRILLIC = str.maketrans("абвгдежзийклмнопрстуфхцчшщъьюя", "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЬЮЯ")
_SEPARATORS = frozenset(".-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad\u200b\u200e\u200f\u2060\ufeff")


def compact_number(value: str) -> str:
    """Write an identifier the canonical way: no spaces, dots or hyphens, capitals, Latin for Cyrillic look-alikes.

    Digits of other scripts are left as they are, for the validators to refuse.
    """
    text = "".join(char for char in value if not char.isspace() and char not in _SEPARATORS)
    # Not str.upper(): it turns "ſ" into "S" and "ß" into "SS", which nobody typed.
    return text.translate(_SMALL_LETTERS).translate(_SMALL_CYRILLIC).translate(_LOOK_ALIKES)


# -- Transliteration ----------------------------------------------------------------------------

_LAW = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ъ": "a", "ь": "y", "ю": "yu", "я": "ya",
}  # fmt: skip
# Letters Bulgarian does not have but names from abroad do, and the stressed forms of its own. No rule of the law.
_OTHERS = {
    "ѝ": "i", "ѐ": "e", "ы": "y", "э": "e", "ё": "yo", "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ў": "u",
    "ј": "y", "љ": "ly", "њ": "ny", "ђ": "dzh", "ћ": "ch", "џ": "dzh", "ѓ": "g", "ќ": "k", "ѕ": "dz",
    "ѣ": "e", "ѫ": "a", "ѭ": "ya",
}  # fmt: skip
_LATIN = _LAW | _OTHERS
_CYRILLIC_WORD = re.compile("[\u0400-\u045f\u0462\u0463\u046a-\u046d]+")
_BULGARIA = "българия"


def transliterate(text: str) -> str:
    """Write Bulgarian in Latin letters by the Transliteration Act (чл. 4-6).

    A final „ия“ is "ia", „България“ is "Bulgaria", words in capitals stay in capitals (ЮГ → YUG). Everything that is
    not Cyrillic stays as it is.
    """
    return _CYRILLIC_WORD.sub(lambda match: _transliterate_word(match[0]), unicodedata.normalize("NFC", text))


def _transliterate_word(word: str) -> str:
    small = word.lower()
    if small == _BULGARIA:
        latin = ["b", "u", *(_LATIN[char] for char in small[2:-1]), "a"]
    else:
        latin = [_LATIN.get(char, char) for char in small]
        if small.endswith("ия"):
            latin[-1] = "a"
    return "".join(_cased(latin[i], word, i) for i in range(len(word)))


def _cased(latin: str, word: str, index: int) -> str:
    """Give `latin` the case of the letter it stands for: Щ is "Sht" before a small letter and "SHT" among capitals."""
    if not word[index].isupper():
        return latin
    neighbour = word[index + 1] if index + 1 < len(word) else word[index - 1] if index else ""
    return latin.upper() if neighbour.isupper() else latin.capitalize()


# -- Folding for search -------------------------------------------------------------------------

# As they read once folded. Words with a meaning of their own (фондация, клон) are left in.
LEGAL_FORMS = frozenset(
    ["et", "sd", "kd", "kda", "ood", "eood", "ad", "ead", "dpk", "edpk", "dzzd", "ltd", "llc", "inc", "plc", "gmbh"]
)
MAX_QUERY_TOKENS = 10
_QUOTES = re.compile("[\"'`´‘’‚‛“”„‟«»‹›′″ʼ]")
_NUMBER_SIGNS = re.compile("[№#]")
_INITIALS = re.compile(r"\b[^\W\d_](?:\.[^\W\d_])+\b\.?")  # О.О.Д., but not И.Иванов
_TWINS = str.maketrans("авекмнорстх", "abekmhopctx")
_CYRILLIC_WITHOUT_TWIN = re.compile("[\u0400-\u052f]")
_LATIN_LETTER = re.compile("[a-z]")


def fold(text: str) -> str:
    """The one form of `text` that search compares: small Latin letters and digits, words parted by single spaces.

    Case, quotes, accents, punctuation, and the spelling of „ия“ (iya or ia) make no difference; Cyrillic is written
    in Latin. A code of digits and Cyrillic look-alikes (СВ1234АВ) folds like its Latin twin. Folding twice changes
    nothing.
    """
    text = unicodedata.normalize("NFKC", _NUMBER_SIGNS.sub(" ", text))
    text = unicodedata.normalize("NFKC", text.casefold())
    text = _INITIALS.sub(lambda match: match[0].replace(".", ""), _QUOTES.sub("", text))
    words = "".join(char if unicodedata.category(char)[0] in "LNM" else " " for char in text).split()
    folded = " ".join(filter(None, map(_fold_word, words)))
    # People write Мария as Maria and Mariya, България as Bulgaria and Balgaria.
    return folded.replace("iya", "ia").replace("balgaria", "bulgaria")


def _fold_word(word: str) -> str:
    if any(char.isdigit() for char in word):
        word = _fold_code(word)
    latin = "".join(_LATIN.get(char, char) for char in word)
    if latin.isascii():
        return latin
    bare = "".join(char for char in unicodedata.normalize("NFD", latin) if unicodedata.category(char) != "Mn")
    return unicodedata.normalize("NFC", "".join(_LATIN.get(char, char) for char in bare))


def _fold_code(word: str) -> str:
    """Look-alikes as Latin letters, when the word is rather a number than a name (КОМЕРС2000 is a name)."""
    twin = word.translate(_TWINS)
    if _CYRILLIC_WITHOUT_TWIN.search(twin):
        return word
    digits = sum(char.isdigit() for char in word)
    return twin if _LATIN_LETTER.search(word) or digits * 2 >= len(word) else word


def fold_query(query: str) -> list[str]:
    """Cut a search query into folded tokens, each to be found somewhere in the folded text.

    Legal forms (ООД, ЕТ, Ltd) are left out as long as another token remains. At most `MAX_QUERY_TOKENS` tokens.
    """
    tokens = list(dict.fromkeys(fold(query).split()))
    named = [token for token in tokens if token not in LEGAL_FORMS]
    return (named or tokens)[:MAX_QUERY_TOKENS]


def fold_name(name: str) -> str:
    """The folded name without its legal form: two parties of the same `fold_name` are likely one."""
    words = fold(name).split()
    return " ".join([word for word in words if word not in LEGAL_FORMS] or words)


def sort_key(name: str) -> str:
    """What a list sorts a name by: casefolded, without quotes and punctuation. The letters' order is the database's."""
    text = _QUOTES.sub("", unicodedata.normalize("NFC", name).casefold())
    bare = "".join(char if unicodedata.category(char)[0] in "LNM" else " " for char in text)
    return " ".join(bare.split()) or text.strip()
