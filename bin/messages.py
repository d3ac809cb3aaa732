"""Messages of the product without GNU gettext: Babel extracts, merges, compiles and checks.

    python bin/messages.py extract|update|compile|check

extract   prints the template (.pot) of every message in Python code and in templates
update    merges them into locale/<language>/LC_MESSAGES/django.po and keeps what is translated
compile   writes the .mo files, only where the .po is newer
check     fails when a message is missing, superfluous, untranslated, fuzzy or has other placeholders than its original

Works without Django being set up: no settings, no database.
"""

import io
import re
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("bg",)
NOT_OURS = {"tests", "bench", "bin"}

KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
NAMED = re.compile(r"%\((\w+)\)[#0\-+]*\d*(?:\.\d+)?[a-zA-Z]")
POSITIONAL = re.compile(r"%[#0\-+]*\d*(?:\.\d+)?[sdifgrx]")


def sources() -> Iterator[tuple[Path, bytes]]:
    """Each file of ours that may hold messages, as Python that Babel can read."""
    for package in sorted(init.parent for init in ROOT.glob("*/__init__.py")):
        if package.name not in NOT_OURS:
            for path in sorted(package.rglob("*.py")):
                yield path, path.read_bytes()
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            code = templatize(path.read_text(encoding="utf-8"), origin=str(path.relative_to(ROOT)))
            # What stands around the calls is blanked text: without its indentation the tokenizer reads on.
            yield path, "\n".join(line.strip() for line in code.splitlines()).encode()


def extract() -> Catalog:
    """A catalogue of every message in the sources, sorted and without line numbers, so that changes stay small."""
    catalog = Catalog(project="Dossier", charset="utf-8", fuzzy=False)
    for path, code in sources():
        found = extract_python(io.BytesIO(code), KEYWORDS, ["Translators:"], {"encoding": "utf-8"})
        for _line, function, arguments, comments in found:
            context, message = pick(str(function), arguments)
            if message:
                try:
                    catalog.add(message, context=context, auto_comments=list(comments or ()))
                except ValueError as error:
                    raise SystemExit(f"{path.relative_to(ROOT)}: {error}") from error
    return catalog


def pick(function: str, arguments: Any) -> tuple[str | None, Any]:
    """The context and the message (a pair when it has a plural) of one call; nothing when they are not literal."""
    given = arguments if isinstance(arguments, (tuple, list)) else (arguments,)
    context, wanted = None, []
    for place in KEYWORDS[function] or (1,):
        index, is_context = (place[0], True) if isinstance(place, tuple) else (place, False)
        if len(given) < index or not given[index - 1]:
            return None, None
        if is_context:
            context = given[index - 1]
        else:
            wanted.append(given[index - 1])
    return context, wanted[0] if len(wanted) == 1 else tuple(wanted)


def po_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, project="Dossier", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def key(message: Message) -> tuple[str, str]:
    identifier = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
    return message.context or "", identifier


def update(language: str) -> None:
    """Merges the sources' messages into the language's file; what the sources no longer hold is dropped."""
    old = {key(message): message for message in read(language) if message.id}
    new = Catalog(locale=language, project="Dossier", charset="utf-8", fuzzy=False)
    for message in extract():
        if not message.id:
            continue
        known = old.get(key(message))
        same_shape = known is not None and known.pluralizable == message.pluralizable
        comments = list(known.user_comments) if known is not None else []
        fuzzy = {"fuzzy"} if known is not None and known.fuzzy else set()
        new.add(
            message.id,
            string=known.string if known is not None and same_shape else None,
            flags=message.flags | fuzzy,
            auto_comments=message.auto_comments,
            user_comments=comments,
            context=message.context,
        )
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = io.BytesIO()
    write_po(written, new, width=110, no_location=True, sort_output=True, omit_header=True)
    path.write_text(header(language, new) + written.getvalue().decode(), encoding="utf-8")


def header(language: str, catalog: Catalog) -> str:
    """The head of the file without dates and names, which would change with every run."""
    lines = (
        "Project-Id-Version: Dossier",
        f"Language: {language}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {catalog.plural_forms}",
    )
    return 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines) + "\n"


def compile_messages(language: str) -> None:
    """Writes the .mo when the .po is newer. Messages marked fuzzy are left out, as everywhere."""
    path = po_path(language)
    target = path.with_suffix(".mo")
    if not path.exists() or (target.exists() and target.stat().st_mtime >= path.stat().st_mtime):
        return
    catalog = read(language)
    catalog.revision_date = datetime.fromtimestamp(0, UTC)
    with target.open("wb") as file:
        write_mo(file, catalog)


def placeholders(text: str) -> list[str]:
    """The placeholders of a message: %(name)s by name, %s by number, {name} by name."""
    bare = text.replace("%%", "")
    names = sorted({f"%({name})s" for name in NAMED.findall(bare)})
    numbered = POSITIONAL.findall(NAMED.sub("", bare))
    try:
        braces = sorted(
            {f"{{{field}}}" for _text, field, _spec, _conversion in string.Formatter().parse(text) if field}
        )
    except ValueError:
        braces = []  # a lone brace: no format string
    return names + numbered + braces


def faults(language: str) -> Iterator[str]:
    """What is wrong with the language's file, one sentence for each fault."""
    wanted = {key(message): message for message in extract() if message.id}
    translated = {key(message): message for message in read(language) if message.id}
    for known in translated.keys() - wanted.keys():
        yield f"no longer in the sources: {known[1]!r}"
    for known, source in sorted(wanted.items()):
        message = translated.get(known)
        if message is None:
            yield f"missing: {known[1]!r}"
            continue
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if message.pluralizable != source.pluralizable:
            yield f"with and without plural: {known[1]!r}"
        elif message.fuzzy:
            yield f"fuzzy: {known[1]!r}"
        elif not all(strings):
            yield f"untranslated: {known[1]!r}"
        else:
            ids = source.id if isinstance(source.id, (tuple, list)) else (source.id,)
            # Only the form for one may leave the number out ("one file").
            allowed = [placeholders(identifier) for identifier in ids]
            for form, text in enumerate(strings):
                if placeholders(text or "") not in (allowed if form == 0 else allowed[-1:]):
                    yield f"other placeholders than its original: {known[1]!r}"
                    break


def main(arguments: list[str]) -> int | str | None:
    deed = arguments[0] if len(arguments) == 1 else ""
    if deed == "extract":
        write_po(sys.stdout.buffer, extract(), width=110, no_location=True, sort_output=True, omit_header=True)
    elif deed == "update":
        for language in LANGUAGES:
            update(language)
    elif deed == "compile":
        for language in LANGUAGES:
            compile_messages(language)
    elif deed == "check":
        found = [f"{language}: {fault}" for language in LANGUAGES for fault in faults(language)]
        for fault in found[:30]:
            print(fault)
        return f"{len(found)} faults in the messages; `make messages` brings the files up to date." if found else 0
    else:
        return __doc__
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
