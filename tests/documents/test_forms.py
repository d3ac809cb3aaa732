"""Forms on a dossier: fill, see, keep values, make the PDF, fill again; the tab, its export, rights; administration."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.db import connection
from openpyxl import load_workbook

from common.dates import today
from counterparties import history
from counterparties.models import OwnFirmAccess
from documents.filling import Filling
from documents.models import File, FileCategory, FileVersion, FilledForm, FormField, FormTemplate, FormValue
from tests.contacts.test_lists import CountedQueries
from tests.factories.contacts import ContactLinkFactory
from tests.factories.counterparties import BankFactory, ClientFactory, OwnFirmFactory, SupplierFactory
from tests.factories.documents import FormFieldFactory, FormTemplateFactory, FormValueFactory
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, browser_of, fresh, signed_in, superuser, worker

pytestmark = pytest.mark.django_db

VIEW = (*SEE_ALL, "documents.view_formvalue", "documents.view_file", "contacts.view_contactperson")
KEEP = (*VIEW, "documents.change_formvalue")
FILL = (*KEEP, "documents.fill_formtemplate")
TEXT = "# Договор\n\n{{ party.name }} и {{ own_firm.name }}: {{ field.days }} дни, {{ field.sum }}, {{ field.day }}."


@pytest.fixture
def firm():
    return OwnFirmFactory(name="Орион", legal_form=None)


@pytest.fixture
def template(firm):
    made = FormTemplateFactory(name="Рамков договор", text=TEXT, category=FileCategory.objects.get(code="contract"))
    FormFieldFactory(template=made, code="days", label="Дни", type="number", is_required=True, default="30")
    FormFieldFactory(template=made, code="sum", label="Сума", type="money")
    FormFieldFactory(template=made, code="day", label="Ден", type="date")
    return made


@pytest.fixture
def party():
    return ClientFactory(name="Алфа: „Ко/Бе“", legal_form=None)


def address(template, party):
    return f"/documents/forms/{template.pk}/fill/{party.pk}/"


def sent(firm, deed, **values):
    return {"own_firm": firm.pk, "field_days": "30", "field_sum": "", "field_day": "", "deed": deed} | {
        f"field_{name}": value for name, value in values.items()
    }


def values_of(party):
    return dict(FormValue.objects.filter(party=party).values_list("field__code", "value"))


# -- Filling ------------------------------------------------------------------------------------------


def test_a_form_begins_with_defaults_and_shows_its_gaps(template, party, firm):
    page = browser_of(*FILL).get(address(template, party))

    assert page.context["form"]["field_days"].value() == "30"
    assert page.context["form"]["own_firm"].value() == firm.pk
    assert page.context["gaps"] == ["Сума", "Ден"]
    assert '<span class="value">30</span> дни' in page.context["html"]


def test_a_preview_changes_nothing(template, party, firm):
    page = browser_of(*FILL).post(address(template, party), sent(firm, "preview", days="45", sum="1234,5"))

    assert page.status_code == 200
    assert "45</span> дни" in page.context["html"]
    assert "1\u00a0234,50\u00a0€" in page.context["html"]
    assert not FormValue.objects.exists()
    assert not FilledForm.objects.exists()


def test_a_wrong_value_is_told_at_its_field_and_nothing_is_lost(template, party, firm):
    page = browser_of(*FILL).post(address(template, party), sent(firm, "save", days="много", day="1.12.2026"))

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["field_days"]
    assert 'value="много"' in page.content.decode()
    assert "01.12.2026 г." in page.context["html"]
    assert not FormValue.objects.exists()


def test_what_is_required_is_demanded_of_a_pdf_alone(template, party, firm):
    browser = browser_of(*FILL)

    assert browser.post(address(template, party), sent(firm, "preview", days="")).context["gaps"][0] == "Дни"
    assert browser.post(address(template, party), sent(firm, "save", days="")).status_code == 302
    refused = browser.post(address(template, party), sent(firm, "pdf", days="") | {"own_firm": ""})

    assert set(refused.context["form"].errors) == {"own_firm", "field_days"}
    assert not FilledForm.objects.exists()


def test_values_are_kept_and_offered_again(template, party, firm):
    browser = browser_of(*FILL)

    answer = browser.post(address(template, party), sent(firm, "save", days="14", sum="12 500"), follow=True)

    assert "2 values are saved." in answer.content.decode()
    assert values_of(party) == {"days": "14", "sum": "12500.00"}
    assert answer.context["form"]["field_sum"].value() == "12 500,00"
    browser.post(address(template, party), sent(firm, "save", days="14", sum=""))
    assert values_of(party) == {"days": "14", "sum": ""}


def test_the_pdf_is_filed_and_filled_again_becomes_its_next_version(template, party, firm):
    browser = browser_of(*FILL)

    first = browser.post(address(template, party), sent(firm, "pdf", days="14"), follow=True)
    again = browser.post(address(template, party), sent(firm, "pdf", days="14"), follow=True)
    changed = browser.post(address(template, party), sent(firm, "pdf", days="21"), follow=True)

    filed = File.objects.get()
    assert filed.name == f"Рамков договор – Алфа „Ко-Бе“ {today().isoformat()}.pdf"
    assert filed.category is not None
    assert (filed.origin, filed.category.code, filed.party) == ("form", "contract", party)
    assert "The PDF is among the files" in first.content.decode()
    assert f"/documents/files/{filed.pk}/download/" in first.content.decode()
    assert "Nothing has changed since version 1" in again.content.decode()
    assert "The PDF is version 2" in changed.content.decode()
    assert (filed.version, filed.versions.count()) == (2, 2)
    assert FilledForm.objects.get().values["field.days"] == "21"
    text = pypdfium2.PdfDocument(BytesIO(filed.content.file.read()))[0].get_textpage().get_text_bounded()
    assert "21 дни" in text


def test_other_people_get_a_file_of_their_own(template, party, firm):
    browser, other = browser_of(*FILL), OwnFirmFactory()

    browser.post(address(template, party), sent(firm, "pdf"))
    browser.post(address(template, party), sent(other, "pdf"))

    assert File.objects.count() == 2


def test_a_deleted_file_is_not_written_over(template, party, firm):
    user = superuser()
    filling = Filling(template, party, firm, None, {"days": "30"}, user)
    filled, _new = filling.make_file()
    filled.file.delete_softly(user)

    filled, new = Filling(template, party, firm, None, {"days": "30"}, user).make_file()

    assert new
    assert (File.objects.count(), filled.file.version, filled.file.is_deleted) == (2, 1, False)


def test_the_contact_person_is_asked_for_only_when_the_text_names_one(template, party, firm):
    link = ContactLinkFactory(party=party, position="снабдител")
    stranger = ContactLinkFactory()
    browser = browser_of(*FILL)
    assert "contact" not in browser.get(address(template, party)).context["form"].fields
    template.text += " {{ contact.name }}"
    template.save()

    page = browser.post(address(template, party), sent(firm, "preview") | {"contact": link.person_id})
    refused = browser.post(address(template, party), sent(firm, "preview") | {"contact": stranger.person_id})

    assert link.person.name in page.context["html"]
    assert list(refused.context["form"].errors) == ["contact"]


def test_forms_out_of_use_or_for_others_are_not_offered(template, party):
    browser = browser_of(*FILL)
    choose = f"/documents/forms/choose/{party.pk}/"
    assert "Рамков договор" in browser.get(choose).content.decode()

    FormTemplate.objects.update(kinds=["supplier"])
    assert "Рамков договор" not in browser.get(choose).content.decode()
    assert browser.get(address(template, party))["Location"] == choose
    FormTemplate.objects.update(kinds=[], is_active=False)
    assert browser.get(address(template, party)).status_code == 404


def test_a_form_is_filled_for_any_kind_that_it_is_meant_for(template, firm):
    bank = BankFactory()

    page = browser_of(*FILL).get(address(template, bank))

    assert page.status_code == 200
    assert page.context["cancel_url"] == bank.get_absolute_url()


@pytest.mark.parametrize(
    ("rights", "deed", "status"),
    [(VIEW, "preview", 403), (KEEP, "preview", 200), (KEEP, "save", 302), (KEEP, "pdf", 403), (FILL, "pdf", 302)],
)
def test_each_deed_has_its_right(template, party, firm, rights, deed, status):
    assert browser_of(*rights).post(address(template, party), sent(firm, deed)).status_code == status


def test_who_may_fill_but_not_keep_leaves_the_kept_values_alone(template, party, firm):
    browser = browser_of(*VIEW, "documents.fill_formtemplate")

    browser.post(address(template, party), sent(firm, "pdf", days="21"))

    assert not FormValue.objects.exists()
    assert FilledForm.objects.get().values["field.days"] == "21"


def test_own_firms_out_of_scope_are_not_offered(template, party, firm):
    user = worker(*FILL, firms="assigned")
    other = OwnFirmFactory()
    OwnFirmAccess.objects.create(user=user, own_firm=other)

    refused = signed_in(fresh(user)).post(address(template, party), sent(firm, "preview"))

    assert list(refused.context["form"].errors) == ["own_firm"]


def test_what_was_made_for_own_firms_out_of_scope_is_not_told(template, party, firm):
    browser_of(*FILL).post(address(template, party), sent(firm, "pdf"))
    user, mine = worker(*FILL, firms="assigned"), OwnFirmFactory()
    OwnFirmAccess.objects.create(user=user, own_firm=mine)

    assert [one.own_firm for one in browser_of(*FILL).get(address(template, party)).context["made"]] == [firm]
    assert not signed_in(fresh(user)).get(address(template, party)).context["made"]


def test_a_long_name_leaves_the_day_in_the_name_of_the_file(template, firm):
    party = ClientFactory(name="Научно-производствено обединение " * 6)

    name = Filling(template, party, firm, None, {}, superuser()).file_name

    assert name.endswith(f" {today().isoformat()}.pdf")


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_version(template, party, firm):
    user = superuser()

    def click(_number):
        try:
            return Filling(template, party, firm, None, {"days": "30"}, user).make_file()[1]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as clicks:
        made = list(clicks.map(click, range(2)))

    assert sorted(made) == [False, True]
    assert FileVersion.objects.count() == 1
    assert FormValue.objects.count() == 1


# -- The tab ------------------------------------------------------------------------------------------


def test_three_values_cost_as_many_queries_as_one(party, template, django_assert_num_queries):
    browser = signed_in(superuser())
    url = f"/counterparties/{party.pk}/form-fields/"
    first, second, third = template.form_fields.all()
    FormValueFactory(party=party, field=first)
    browser.get(url)
    with CountedQueries() as one:
        browser.get(url)
    FormValueFactory(party=party, field=second, value="100.00")
    FormValueFactory(party=party, field=third, value="2026-12-01", changed_by=superuser())

    with django_assert_num_queries(one.count):
        assert len(browser.get(url).context["rows"]) == 3


def test_the_tab_shows_values_as_they_are_written_and_the_forms_above(party, template):
    FormValueFactory(party=party, field=template.form_fields.get(code="sum"), value="1234.50")
    url = f"/counterparties/{party.pk}/form-fields/"

    page = browser_of(*FILL).get(url).content.decode()
    reader = browser_of(*VIEW).get(url).content.decode()

    assert "1\u00a0234,50\u00a0€" in page
    assert address(template, party) in page
    assert address(template, party) not in reader
    assert "/form-values/" not in reader


@pytest.mark.parametrize("query", [{"q": "1 234,50"}, {"q": "1234.5"}, {"q": "сума"}, {"form": "own"}])
def test_values_are_filtered(party, template, query):
    wanted = FormValueFactory(party=party, field=template.form_fields.get(code="sum"), value="1234.50")
    FormValueFactory(party=party, value="друго")
    query = {name: template.pk if value == "own" else value for name, value in query.items()}

    page = browser_of(*VIEW).get(f"/counterparties/{party.pk}/form-fields/", query)

    assert [row.pk for row in page.context["rows"]] == [wanted.pk]


def test_values_are_exported_with_their_types(party, template):
    FormValueFactory(party=party, field=template.form_fields.get(code="sum"), value="1234.50")
    url = f"/counterparties/{party.pk}/form-fields/?export=xlsx"

    assert browser_of(*VIEW).get(url).status_code == 403
    answer = browser_of(*VIEW, "documents.export_formvalue").get(url)

    sheet: Any = load_workbook(BytesIO(answer.content)).active
    assert list(sheet.values)[1][:3] == ("Рамков договор", "Сума", 1234.5)


def test_values_of_a_form_out_of_use_stay_in_sight(party, template):
    value = FormValueFactory(party=party, field=template.form_fields.get(code="days"))
    FormTemplate.objects.update(is_active=False)

    page = browser_of(*FILL).get(f"/counterparties/{party.pk}/form-fields/")

    assert [row.pk for row in page.context["rows"]] == [value.pk]
    assert page.context["forms_to_fill"] == []


def test_one_value_is_changed_in_its_own_form(party, template):
    value = FormValueFactory(party=party, field=template.form_fields.get(code="day"), value="2026-11-24")
    browser = browser_of(*KEEP)
    url = f"/documents/form-values/{value.pk}/edit/"

    assert browser.get(url).context["form"]["value"].value() == "24.11.2026"
    assert browser.post(url, {"value": "утре"}).status_code == 422
    assert browser.post(url, {"value": "1.12.2026"}).status_code == 302

    value.refresh_from_db()
    assert (value.value, value.changed_by is not None) == ("2026-12-01", True)


def test_the_history_shows_values_as_pages_do(party, template):
    day = FormFieldFactory(template=template, type=FormField.Type.DATE)
    FormValueFactory(party=party, field=day, value="2027-12-31")
    page = browser_of(*VIEW).get(f"/counterparties/{party.pk}/history/").content.decode()
    assert "31.12.2027" in page
    assert "2027-12-31" not in page


def test_the_history_tells_the_form_and_the_field(party, template):
    FormValueFactory(party=party, field=template.form_fields.get(code="days"), value="30").change("45", superuser())

    page = browser_of(*VIEW).get(f"/counterparties/{party.pk}/history/").content.decode()

    assert history.sources.get("documents.formvalue") is not None
    assert "Рамков договор: Дни" in page
    assert "<ins>45</ins>" in page


def test_the_quick_action_is_for_those_who_may_fill():
    party = SupplierFactory()
    url = f"/documents/forms/choose/{party.pk}/"

    assert url in browser_of(*FILL).get(party.get_absolute_url()).content.decode()
    assert url not in browser_of(*KEEP).get(party.get_absolute_url()).content.decode()


# -- Administration -----------------------------------------------------------------------------------


def admin_data(text, *rows, initial=0):
    data = {
        "name": "Писмо",
        "name_en": "",
        "code": "",
        "order": "10",
        "is_active": "on",
        "language": "bg",
        "description": "",
        "category": "",
        "text": text,
        "form_fields-TOTAL_FORMS": str(len(rows)),
        "form_fields-INITIAL_FORMS": str(initial),
    }
    for number, row in enumerate(rows):
        values = {"label": "Етикет", "type": "text", "order": "10", "default": "", "choices": "", "code": "a"} | row
        data |= {f"form_fields-{number}-{name}": value for name, value in values.items()}
    return data


def errors_of(answer):
    form = answer.context["adminform"].form
    rows = answer.context["inline_admin_formsets"][0].formset
    return dict(form.errors), rows.errors, rows.non_form_errors()


def test_a_form_is_made_with_its_fields_at_once():
    browser = signed_in(superuser())
    rows = ({"code": "city"}, {"code": "way", "type": "choice", "choices": "едно\r\n две \r\n\r\n", "default": "две"})

    answer = browser.post("/admin/documents/formtemplate/add/", admin_data("{{ field.city }} {{ field.way }}", *rows))

    assert answer.status_code == 302
    made = FormTemplate.objects.get()
    assert [(one.code, one.choices) for one in made.form_fields.all()] == [("city", []), ("way", ["едно", "две"])]
    page = browser.get(f"/admin/documents/formtemplate/{made.pk}/change/").content.decode()
    assert "{{ party.iban }}" in page
    assert "EGN" in page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ party.salary }}", "There is no such placeholder: {{ party.salary }}."),
        ("{{ field.b }}", "{{ field.b }}"),
        ("{{ party.egn }}", "Personal numbers"),
        ("{% load x %}", "mean"),
        ("::: печати\nа\n:::", "not known"),
    ],
)
def test_what_the_text_may_not_hold_is_told_at_the_text(text, words):
    answer = signed_in(superuser()).post("/admin/documents/formtemplate/add/", admin_data(text, {"code": "a"}))

    own, _rows, _all = errors_of(answer)
    assert words in " ".join(own["text"])
    assert not FormTemplate.objects.exists()


def test_a_field_that_the_text_uses_cannot_be_taken_away_in_the_same_save(template):
    days = template.form_fields.get(code="days")
    row = {"id": days.pk, "template": template.pk, "code": "days", "DELETE": "on"}
    template.form_fields.exclude(pk=days.pk).delete()
    url = f"/admin/documents/formtemplate/{template.pk}/change/"
    browser = signed_in(superuser())

    refused = browser.post(url, admin_data("{{ field.days }}", row, initial=1))
    assert "{{ field.days }}" in " ".join(errors_of(refused)[0]["text"])
    assert browser.post(url, admin_data("текст", row, initial=1)).status_code == 302
    assert not FormField.objects.exists()


def test_a_field_that_holds_values_is_not_taken_away(template, party):
    days = template.form_fields.get(code="days")
    template.form_fields.exclude(pk=days.pk).delete()
    FormValueFactory(party=party, field=days)
    row = {"id": days.pk, "template": template.pk, "code": "days", "DELETE": "on"}

    url = f"/admin/documents/formtemplate/{template.pk}/change/"
    answer = signed_in(superuser()).post(url, admin_data("текст", row, initial=1))

    assert answer.status_code == 200
    assert FormField.objects.filter(pk=days.pk).exists()


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"code": "Код"}, "code"),
        ({"code": "a-b"}, "code"),
        ({"code": "1a"}, "code"),
        ({"type": "choice"}, "choices"),
        ({"type": "number", "default": "много"}, "default"),
        ({"type": "date", "default": "31.2.2026"}, "default"),
        ({"type": "choice", "choices": "а\nб", "default": "в"}, "default"),
    ],
)
def test_fields_are_checked(row, field):
    answer = signed_in(superuser()).post("/admin/documents/formtemplate/add/", admin_data("текст", row))

    assert field in errors_of(answer)[1][0]


def test_a_default_of_several_lines_keeps_them():
    row = {"code": "a", "type": "long_text", "default": "едно;\r\nдве."}
    browser = signed_in(superuser())

    browser.post("/admin/documents/formtemplate/add/", admin_data("{{ field.a }}", row))
    made = FormField.objects.get()
    page = browser.get(f"/admin/documents/formtemplate/{made.template_id}/change/").content.decode()

    assert made.default == "едно;\nдве."
    assert "едно;\nдве.</textarea>" in page


def test_two_fields_may_not_share_a_code():
    rows = ({"code": "a"}, {"code": "a"})

    answer = signed_in(superuser()).post("/admin/documents/formtemplate/add/", admin_data("текст", *rows))

    assert answer.status_code == 200
    assert not FormTemplate.objects.exists()


def test_a_form_in_use_is_not_deleted(template, party):
    FormValueFactory(party=party, field=template.form_fields.first())

    answer = signed_in(superuser()).post(f"/admin/documents/formtemplate/{template.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 302
    assert FormTemplate.objects.filter(pk=template.pk).exists()


def test_the_role_of_administrators_edits_fields_too():
    admin = UserFactory(role="administrator", language="en", is_staff=True)

    page = signed_in(admin).get("/admin/documents/formtemplate/add/").content.decode()

    assert "form_fields-TOTAL_FORMS" in page


@pytest.mark.parametrize("word", ["today", " Днес "])
def test_the_default_of_a_date_may_be_the_present_day(word, party, firm):
    row = {"code": "a", "type": "date", "default": word}
    signed_in(superuser()).post("/admin/documents/formtemplate/add/", admin_data("{{ field.a }}", row))
    made = FormField.objects.get()

    page = browser_of(*FILL).get(address(made.template, party))

    assert made.default == "today"
    assert page.context["form"]["field_a"].value() == f"{today():%d.%m.%Y}"
