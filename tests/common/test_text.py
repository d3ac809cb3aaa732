import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.text import clean_text, compact_number, fold, fold_name, fold_query, sort_key, transliterate


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Иван Петров \n", "Иван Петров"),
        ("Иван\u00a0\u2009Петров", "Иван Петров"),
        ("Иван\tПетров", "Иван Петров"),
        ("Иван   Петров", "Иван Петров"),
        ("и\u0306", "й"),
        ("Cafe\u0301", "Café"),
        ("\ufeffАлфа\u200b \u00adБета\u200e", "Алфа Бета"),
        ("Бан\u200dко", "Банко"),
        ("и\u200b\u0306", "й"),
        ("\u3164", ""),
        ("שלום", "שלום"),
        ("شركة", "شركة"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("„Алфа“ № 1 – 5 €", "„Алфа“ № 1 – 5 €"),
    ],
)
def test_clean_text_keeps_what_was_meant(typed, kept):
    assert clean_text(typed) == kept


@pytest.mark.parametrize(
    "bad",
    [
        *("\x00", "\x07", "\x1b", "\x7f", "\x9b"),
        *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
        *("\ud800", "\udfff", "\ue000", "\U000f0000", "\ufffe", "\ufdd0", "\ufff9", "\U000e0041"),
    ],
)
def test_clean_text_refuses_what_deceives_or_breaks(bad):
    with pytest.raises(ValueError, match=r"U\+[0-9A-F]{4,6}"):
        clean_text(f"Иван{bad}Петров", multiline=True)


def test_clean_text_allows_four_accents_on_a_letter_and_refuses_a_pile():
    assert clean_text("ы" + "\u0300" * 4) == "ы" + "\u0300" * 4

    with pytest.raises(ValueError, match="accents"):
        clean_text("ы" + "\u0300" * 5)


def test_a_line_break_is_kept_in_a_long_text_and_refused_in_a_short_one():
    assert clean_text(" първи  ред \r\nвтори\u2028трети\n", multiline=True) == "първи  ред\nвтори\nтрети"

    with pytest.raises(ValueError, match="Line breaks"):
        clean_text("първи\r\nвтори")


@given(st.text(), st.booleans())
def test_cleaning_twice_changes_nothing(text, multiline):
    try:
        once = clean_text(text, multiline=multiline)
    except ValueError:
        return

    assert clean_text(once, multiline=multiline) == once


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Абланица", "Ablanitsa"),
        ("София", "Sofia"),
        ("Стара Загора", "Stara Zagora"),
        ("Кърджали", "Kardzhali"),
        ("Търговище", "Targovishte"),
        ("Велико Търново", "Veliko Tarnovo"),
        ("Шумен", "Shumen"),
        ("Щръклево", "Shtraklevo"),
        ("Ябълковец", "Yabalkovets"),
        ("Юндола", "Yundola"),
        ("Жълтеш", "Zhaltesh"),
        ("Синьо бърдо", "Sinyo bardo"),
        ("Хайредин", "Hayredin"),
        ("Чепеларе", "Chepelare"),
        ("Цар Калоян", "Tsar Kaloyan"),
        ("Мария", "Maria"),
        ("Марияна", "Mariyana"),
        ("Илия Бояджиев", "Ilia Boyadzhiev"),
        ("България", "Bulgaria"),
        ("А1 България ЕАД", "A1 Bulgaria EAD"),
        ("Българи", "Balgari"),
        ("ЮГ", "YUG"),
        ("ЩАСТИЕ ООД", "SHTASTIE OOD"),
        ("СОФИЯ", "SOFIA"),
        ("БЪЛГАРИЯ", "BULGARIA"),
        ("Ю-2", "Yu-2"),
        ("с. Ѝ", "s. I"),
        ("Dossier „Ес“ №5", "Dossier „Es“ №5"),
    ],
)
def test_transliteration_follows_the_law(name, latin):
    assert transliterate(name) == latin


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("„Алфа – Груп“ ООД", "алфа груп оод"),
        ("Мария", "Mariya"),
        ("Мария", "MARIA"),
        ("България", "Bulgaria"),
        ("България", "Balgariya"),
        ("О.О.Д.", "ООД"),
        ("Café", "cafe"),
        ("ѝ", "и"),
        ("O’Brien", "OBrien"),
        ("Straße", "STRASSE"),
        ("ВG175074752", "BG175074752"),
        ("СВ1234АВ", "CB1234AB"),
        ("№5", "5"),
        ("И.Иванов", "И. Иванов"),
        ("Ａlfa", "alfa"),
    ],
)
def test_folding_makes_spellings_of_one_name_equal(one, other):
    assert fold(one) == fold(other) != ""


def test_a_name_with_a_year_is_folded_as_a_name():
    assert fold("КОМЕРС2000") == "komers2000"


@given(st.text())
def test_folding_twice_changes_nothing(text):
    once = fold(text)

    assert fold(once) == once
    assert once == " ".join(once.split())


def test_a_query_is_cut_into_tokens_without_the_legal_form():
    assert fold_query("„Алфа“ ООД, ООД") == ["alfa"]
    assert fold_query("ет") == ["et"]
    assert fold_query("  *** \x00 ") == []
    assert len(fold_query(" ".join(f"дума{number}" for number in range(50)))) == 10


def test_names_that_differ_by_legal_form_have_one_folded_name():
    assert fold_name("Алфа ЕООД") == fold_name("„АЛФА“ АД") == "alfa"
    assert fold_name("АД") == "ad"


def test_the_sort_key_passes_over_quotes_and_case():
    assert sort_key("„Алфа-Груп“ АД") == "алфа груп ад"
    assert sort_key("***") == "***"


def test_a_number_is_compacted_whatever_parts_it():
    assert compact_number(" вg\u00a0175.074\u202f752\u2011") == "BG175074752"
    assert compact_number("１２３") == "１２３"
