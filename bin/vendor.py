"""Copies the front-end files that pages ask for from node_modules/ into static/vendor/.

File by file, because whole packages would be published with the static files. Icons in use become one SVG sprite.
Needs nothing but the standard library; writes only what changed.
"""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
TARGET = ROOT / "static" / "vendor"

FILES = {
    "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "tom-select/tom-select.complete.min.js": "tom-select/dist/js/tom-select.complete.min.js",
    "tom-select/tom-select.bootstrap5.min.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
    **{
        f"fonts/{name}.woff2": f"@fontsource-variable/sofia-sans/files/{name}.woff2"
        for name in (
            "sofia-sans-cyrillic-wght-normal",
            "sofia-sans-latin-wght-normal",
            "sofia-sans-latin-ext-wght-normal",
        )
    },
}

# The maps are not copied, and a manifest of static files refuses a reference to a missing file.
SOURCE_MAP = re.compile(rb"\n?(?://# sourceMappingURL=[^\n]*|/\*# sourceMappingURL=.*?\*/)")

NAME = r"""["']([a-z0-9][a-z0-9-]*)["']"""
# In templates `{% icon "name" %}`; in scripts `icons.svg#name`.
TEMPLATE_ICON = re.compile(rf"{{%\s*icon\s+{NAME}")
SCRIPT_ICON = re.compile(r"icons\.svg#([a-z0-9][a-z0-9-]*)")
# In Python `icon="name"`, `icon: str = "name"`, `icon("name")` and `"icon": "name"`.
PYTHON_ICON = re.compile(rf"""\bicon(?:\s*:[^=\n]+)?\s*=\s*{NAME}|\bicon\(\s*{NAME}|["']icon["']\s*:\s*{NAME}""")
SVG = re.compile(r"<svg\b[^>]*?\bviewBox=\"([^\"]+)\"[^>]*>(.*)</svg>", re.S)


def sources() -> Iterator[tuple[Path, re.Pattern[str]]]:
    """Every file of ours in which an icon may be named, with the way it is named there."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield path, TEMPLATE_ICON
    for path in sorted((ROOT / "static").rglob("*.js")):
        if TARGET not in path.parents:
            yield path, SCRIPT_ICON
    for package in sorted(init.parent for init in ROOT.glob("*/__init__.py")):
        if package.name not in {"tests", "bench"}:
            for path in sorted(package.rglob("*.py")):
                yield path, PYTHON_ICON


def icons_in_use() -> dict[str, str]:
    """The names of the icons in use, each with the first place that names it."""
    found: dict[str, str] = {}
    for path, pattern in sources():
        text = path.read_text(encoding="utf-8")
        for match in pattern.finditer(text):
            name = next(group for group in match.groups() if group)
            line = text.count("\n", 0, match.start()) + 1
            found.setdefault(name, f"{path.relative_to(ROOT)}:{line}")
    return found


def sprite() -> bytes:
    """One SVG with a `<symbol>` for each icon in use; SystemExit names those that bootstrap-icons does not have."""
    symbols, unknown = [], []
    for name, place in sorted(icons_in_use().items()):
        drawing = PACKAGES / "bootstrap-icons" / "icons" / f"{name}.svg"
        if not drawing.exists():
            unknown.append(f"  {place}: there is no icon “{name}” in bootstrap-icons")
            continue
        match = SVG.search(drawing.read_text(encoding="utf-8"))
        if match is None:
            raise SystemExit(f"{drawing} is not the SVG that was expected.")
        box, shapes = match.groups()
        shapes = re.sub(r">\s+<", "><", shapes.strip())
        symbols.append(f'<symbol id="{name}" viewBox="{box}" fill="currentColor">{shapes}</symbol>')
    if unknown:
        raise SystemExit("Unknown icons:\n" + "\n".join(unknown))
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def write(name: str, content: bytes) -> None:
    path = TARGET / name
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def main() -> None:
    if not PACKAGES.is_dir():
        raise SystemExit("node_modules/ is missing: run `make setup` first.")
    for name, source in FILES.items():
        content = (PACKAGES / source).read_bytes()
        write(name, SOURCE_MAP.sub(b"", content) if name.endswith((".css", ".js")) else content)
    write("icons.svg", sprite())
    kept = {TARGET / name for name in FILES} | {TARGET / "icons.svg"}
    for path in TARGET.rglob("*"):
        if path.is_file() and path not in kept:
            path.unlink()


if __name__ == "__main__":
    main()
