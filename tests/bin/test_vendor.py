"""The icons in use become one sprite."""

import re

import pytest
import vendor


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project that names icons in a template, in Python and in a script."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "templates" / "page.html").write_text('{% icon "building" %}')
    (tmp_path / "app" / "dossier.py").write_text('class Tab:\n    icon: str = "person"\n\nadd(icon="plus-lg")\n')
    (tmp_path / "static" / "js" / "app.js").write_text('use("icons.svg#check");')
    drawings = tmp_path / "node_modules" / "bootstrap-icons" / "icons"
    drawings.mkdir(parents=True)
    for name in ("building", "person", "plus-lg", "check"):
        (drawings / f"{name}.svg").write_text('<svg class="bi" viewBox="0 0 16 16">\n  <path d="M1 1"/>\n</svg>')
    monkeypatch.setattr(vendor, "ROOT", tmp_path)
    monkeypatch.setattr(vendor, "PACKAGES", tmp_path / "node_modules")
    monkeypatch.setattr(vendor, "TARGET", tmp_path / "static" / "vendor")
    return tmp_path


def test_icons_are_found_in_templates_python_and_scripts(project):
    assert sorted(vendor.icons_in_use()) == ["building", "check", "person", "plus-lg"]


def test_the_sprite_holds_a_symbol_for_each_icon(project):
    sprite = vendor.sprite().decode()

    assert sprite.count("<symbol ") == 4
    assert '<symbol id="building" viewBox="0 0 16 16" fill="currentColor"><path d="M1 1"/></symbol>' in sprite


def test_an_unknown_icon_is_refused_with_the_place_that_names_it(project):
    (project / "templates" / "page.html").write_text('<p>\n{% icon "bilding" %}')

    with pytest.raises(SystemExit, match=r"templates/page.html:2: there is no icon “bilding”"):
        vendor.sprite()


@pytest.mark.parametrize("end", [b"//# sourceMappingURL=a.js.map\n", b"/*# sourceMappingURL=a.css.map */"])
def test_references_to_source_maps_are_cut_off(end):
    assert vendor.SOURCE_MAP.sub(b"", b"code\n" + end).strip() == b"code"


def test_no_icon_of_python_is_handed_on_in_a_way_that_is_not_found():
    """A name given by its place, without `icon=`, would be missing from the sprite and the menu has a hole."""
    drawings = vendor.PACKAGES / "bootstrap-icons" / "icons"
    if not drawings.is_dir():
        pytest.skip("The packages of the front end are not installed.")
    known = {path.stem for path in drawings.glob("*-*.svg")}
    apps = [path.parent for path in vendor.ROOT.glob("*/apps.py")]
    texts = [path.read_text() for app in apps for path in app.rglob("*.py")]
    named = {name for text in texts for name in re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"', text)} & known

    assert named - set(vendor.icons_in_use()) == set()
