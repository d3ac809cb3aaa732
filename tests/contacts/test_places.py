"""Settlements: codes, what a typed name means, and the reading of the official list."""

from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from contacts.ekatte import check_ekatte
from contacts.forms.pickers import find_settlement
from contacts.models import ContactArea, ContactRole, District, Municipality, Settlement
from tests.people import browser_of

pytestmark = pytest.mark.django_db

HEADER = "ekatte,kind,name,name_latin,municipality,district\n"


@pytest.fixture
def listed(tmp_path):
    """Write a list of settlements and give its path."""

    def write(*rows: str, header: str = HEADER, name: str = "list.csv") -> str:
        path = tmp_path / name
        path.write_text(header + "\n".join(rows) + "\n", encoding="utf-8")
        return str(path)

    return write


def load(*args: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("load_settlements", *args, stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("code", "right"),
    [("68134", True), ("00014", True), ("68135", False), ("6813", False), ("٦٨١٣٤", False), ("", False)],
)
def test_the_check_digit_of_a_settlement_code_is_checked(code, right):
    assert check_ekatte(code) is right


def test_every_database_has_districts_towns_roles_and_areas():
    assert District.objects.count() == 28
    assert Settlement.objects.filter(kind="гр.").count() == 257
    assert all(check_ekatte(code) for code in Settlement.objects.values_list("pk", flat=True))
    assert ContactRole.objects.get(code="mol").name == "МОЛ"
    assert ContactArea.objects.get(code="invoices").name_en == "invoices"
    assert Settlement.objects.get(pk="68134").postal_code == "1000"


def test_a_settlement_says_where_it_lies():
    sofia = Settlement.objects.get(pk="68134")

    assert str(sofia) == "гр. София"
    assert sofia.full_label == "гр. София, общ. SOF46, обл. София (столица)"


def test_a_list_is_loaded_and_loading_it_again_changes_nothing(listed):
    path = listed(
        "00014,с.,Абланица,Ablanitsa,BLG52,BLG",
        "00028,с.,Абланица,Ablanitsa,LOV18,LOV",
        "68134,гр.,София,Sofia,SOF46,SOF",
    )

    first, problems = load(path)
    load(path)

    assert "3 settlements loaded" in first
    assert problems == ""
    assert Settlement.objects.count() == 259
    assert Settlement.objects.get(pk="68134").postal_code == "1000"
    assert Municipality.objects.get(pk="BLG52").name == ""


def test_bad_rows_are_named_with_their_line_and_the_others_loaded(listed):
    path = listed(
        "00015,с.,Грешка,Greshka,BLG52,BLG",
        "00014,хутор,Абланица,Ablanitsa,BLG52,BLG",
        "00028,с.,Абланица,Ablanitsa,LOV18,XXX",
        "00045,с.,Мокрен,Mokren,SLV11,SLV",
        "00045,с.,Мокрен,Mokren,SLV11,SLV",
        "00031,с.,Абрит,Abrit,SLV11,DOB",
    )

    out, problems = load(path)

    assert "1 settlements loaded" in out
    assert "5 rows left out" in out
    for line in ("line 2: “00015”", "line 3: “хутор”", "line 4: the district", "line 6: 00045", "line 7: “SLV11”"):
        assert line in problems


def test_names_of_municipalities_come_from_their_own_file_and_stay(listed):
    settlements = listed("00014,с.,Абланица,Ablanitsa,BLG52,BLG")
    names = listed("BLG52,Хаджидимово", "XXX01,Никъде", header="code,name\n", name="municipalities.csv")

    out, problems = load(settlements, "--municipalities", names)
    load(settlements)

    assert "1 municipalities named" in out
    assert "municipalities.csv, line 3" in problems
    assert Settlement.objects.get(pk="00014").full_label == "с. Абланица, общ. Хаджидимово, обл. Благоевград"


def test_a_file_that_is_no_list_is_refused_in_words(listed, tmp_path):
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")

    for path in (listed("1,2", header="a,b\n"), str(tmp_path / "bytes.csv"), str(tmp_path / "none.csv")):
        with pytest.raises(CommandError):
            load(path)


@pytest.fixture
def ablanitsas(listed):
    load(listed("00014,с.,Абланица,Ablanitsa,BLG52,BLG", "00028,с.,Абланица,Ablanitsa,LOV18,LOV"))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("София", ["68134"]),
        ("гр. София", ["68134"]),
        ("sofia", ["68134"]),
        ("68134", ["68134"]),
        ("Абланица", ["00014", "00028"]),
        ("с. Абланица, общ. BLG52, обл. Благоевград", ["00014"]),
        ("с. Абланица, обл. Ловеч", ["00028"]),
        ("няма такова", []),
    ],
)
def test_a_typed_text_means_the_settlements_it_names(ablanitsas, text, codes):
    found = find_settlement(Settlement.objects.all(), text)

    assert sorted(one.pk for one in found) == codes


@pytest.mark.parametrize("text", ["плов", "PLOVD", "гр. Пловдив", "4000", "56784"])
def test_the_picker_finds_by_name_in_either_alphabet_by_postal_code_and_by_ekatte(text):
    browser = browser_of("contacts.view_address")

    answer = browser.get("/contacts/settlements/", {"q": text}).json()

    assert answer["results"][0] == {"id": "56784", "text": "гр. Пловдив, общ. PDV22, обл. Пловдив", "note": "4000"}


def test_the_picker_gives_twenty_rows_at_most_and_can_be_narrowed_to_a_district():
    browser = browser_of("contacts.view_address")

    assert len(browser.get("/contacts/settlements/", {"q": ""}).json()["results"]) == 20
    narrowed = browser.get("/contacts/settlements/", {"q": "", "district": "GAB"}).json()["results"]
    assert {row["text"].rsplit(" ", 1)[1] for row in narrowed} == {"Габрово"}


def test_a_settlement_with_a_wrong_code_is_refused():
    town = Settlement(ekatte="12345", kind="гр.", name="Град", municipality_id="SOF46", district_id="SOF")

    with pytest.raises(ValidationError) as refusal:
        town.full_clean()

    assert "ekatte" in refusal.value.message_dict
