"""The doors of the dossier: what is put in shows, in order, to those with the right, for the kinds it is meant for."""

import pytest
from django.db.models import Value
from django.urls import reverse
from django_filters import CharFilter

from common.expressions import CappedCount
from common.lists import Action, Column, ListPage
from common.registry import Registry
from counterparties import dossier, lists
from counterparties.dossier import FirstStep, HeadWarning, Panel, QuickAction, Warning
from counterparties.kinds import Kind
from counterparties.lists import ListFilter
from counterparties.models import ServingFirm
from tests.factories.counterparties import BankFactory, ClientFactory, OwnFirmFactory, ServingFirmFactory
from tests.people import SEE_ALL, browser_of, signed_in, superuser

pytestmark = pytest.mark.django_db

RIGHT = "counterparties.comment"


class ServingFirms(ListPage):
    """A list page as an app above would bring it; it stands on what the core has."""

    model = ServingFirm
    columns = [Column("own_firm", "Firm", sort=["own_firm__name"])]
    default_sort = "own_firm"
    filterset_fields = ["own_firm"]

    def base_queryset(self):
        rows = ServingFirm.objects.select_related("own_firm", "party")
        return self.frame.narrow(rows) if self.frame is not None else rows

    def row_url(self, obj):
        return obj.party.get_absolute_url()


class DeliveriesTab(dossier.DossierTab):
    slug = "test-deliveries"
    title = "Deliveries"
    group = "client"
    order = 40
    kinds = [Kind.CLIENT]
    permission_required = RIGHT
    list_page = ServingFirms

    def count_expression(self, party, user):
        return CappedCount(self.narrow(ServingFirm.objects.all(), party))


@pytest.fixture
def put():
    """Put things into registries for one test."""
    done: list[tuple[Registry, str]] = []

    def into(registry: Registry, item) -> None:
        registry.register(item)
        done.append((registry, Registry._name(item)))

    yield into
    for registry, name in done:
        registry.unregister(name)


@pytest.fixture
def tab(put):
    one = DeliveriesTab()
    put(dossier.tabs, one)
    return one


def tab_address(party) -> str:
    return reverse("counterparties:counterparty_tab", args=[party.pk, "test-deliveries"])


# -- Tabs --------------------------------------------------------------------------------------------


def test_a_tab_shows_its_list_narrowed_to_the_party_and_its_count(tab):
    link, _other = ServingFirmFactory(), ServingFirmFactory()
    client = browser_of(*SEE_ALL, RIGHT)

    page = client.get(tab_address(link.party))

    assert [row.pk for row in page.context["rows"]] == [link.pk]
    shown = {one.slug: one for _group, tabs in page.context["head"].tabs for one in tabs}
    assert (shown["test-deliveries"].count, shown["test-deliveries"].active) == ("1", True)


@pytest.mark.parametrize(
    ("rights", "factory", "status"),
    [((RIGHT,), ClientFactory, 200), ((), ClientFactory, 404), ((RIGHT,), BankFactory, 404)],
)
def test_a_tab_foreign_to_the_kind_or_without_its_right_is_absent_and_a_404(tab, rights, factory, status):
    party = factory()
    client = browser_of(*SEE_ALL, *rights)

    assert client.get(tab_address(party)).status_code == status
    assert (tab_address(party) in client.get(party.get_absolute_url()).content.decode()) is (status == 200)


def test_a_tab_that_nobody_registered_is_a_404():
    assert signed_in(superuser()).get(tab_address(ClientFactory())).status_code == 404


def test_a_count_shows_nothing_for_zero_and_stops_at_999(tab):
    party = ClientFactory()
    client = signed_in(superuser())

    def count() -> str:
        head = client.get(tab_address(party)).context["head"]
        return next(one.count for _group, tabs in head.tabs for one in tabs if one.slug == "test-deliveries")

    assert count() == ""
    firms = [OwnFirmFactory.build(sort_name="я") for _number in range(1005)]
    OwnFirmFactory._meta.model.objects.bulk_create(firms)
    ServingFirm.objects.bulk_create([ServingFirm(party=party, own_firm=firm) for firm in firms])
    assert count() == "999+"


def test_tabs_stand_in_their_groups_in_order():
    head = signed_in(superuser()).get(ClientFactory().get_absolute_url()).context["head"]

    order = [one.slug for _group, tabs in head.tabs for one in tabs]

    general = ["", "contacts", "addresses", "bank-accounts", "events", "files", "personal-documents", "form-fields"]
    assert order == [*general, "prices", "financial-documents", "payments", "history"]


def test_a_tab_has_its_own_filter_sort_and_export(tab):
    firms = [OwnFirmFactory(name=name) for name in ("Б", "А")]
    party = ClientFactory()
    for firm in firms:
        ServingFirmFactory(party=party, own_firm=firm)
    client = signed_in(superuser())

    sorted_rows = client.get(tab_address(party), {"sort": "-own_firm"}).context["rows"]
    filtered = client.get(tab_address(party), {"own_firm": firms[0].pk}).context["rows"]
    exported = client.get(tab_address(party), {"export": "csv"}).getvalue().decode("utf-8-sig")

    assert [str(row.object) for row in sorted_rows] == ["Б", "А"]
    assert [str(row.object) for row in filtered] == ["Б"]
    assert exported.splitlines() == ["Firm", "А", "Б"]


# -- Warnings, quick actions, panels, first steps ----------------------------------------------------


def test_a_warning_tells_what_its_expression_found_and_asks_for_its_right(put):
    def words(party, value, user):
        yield Warning("danger", f"Owes {value} euro", "/test/owed/")

    put(
        dossier.warnings,
        HeadWarning("test", words, expression=lambda party, user: Value(7), permission=RIGHT),
    )
    party = ClientFactory()

    with_right = browser_of(*SEE_ALL, RIGHT).get(party.get_absolute_url()).content.decode()
    without = browser_of(*SEE_ALL).get(party.get_absolute_url()).content.decode()

    assert '<a href="/test/owed/">Owes 7 euro</a>' in with_right
    assert "Owes" not in without


def test_a_quick_action_shows_where_it_fits_and_with_its_right(put):
    def action(party, user):
        return Action("New offer", "/test/offer/") if party.is_client else None

    put(dossier.quick_actions, QuickAction("test", action, permission=RIGHT, menu=False))
    client, plain = browser_of(*SEE_ALL, RIGHT), browser_of(*SEE_ALL)

    def offered(browser, party):
        return "/test/offer/" in browser.get(party.get_absolute_url()).content.decode()

    assert offered(client, ClientFactory())
    assert not offered(client, BankFactory())
    assert not offered(plain, ClientFactory())


def test_the_cores_own_deeds_are_offered_only_to_those_who_may():
    party = ClientFactory()

    def urls(*rights):
        head = browser_of(*SEE_ALL, *rights).get(party.get_absolute_url()).context["head"]
        return {action.url.rsplit("/", 2)[1] for action in [*head.quick_actions, *head.actions]}

    plain = urls()
    assert urls("counterparties.change_client") - plain >= {"edit", "add"}
    assert urls("counterparties.archive_client") - plain == {"archive"}
    assert "pdf" in plain
    assert not plain & {"edit", "archive", "restore"}


def test_a_panel_shows_when_it_has_something_to_say_and_with_its_right(put):
    def context(party, user):
        return {"text": "Из пълнител"} if party.is_client else None

    put(
        dossier.panels,
        Panel("test", "Test panel", "counterparties/_panel_note.html", context, permission=RIGHT),
    )
    client, plain = browser_of(*SEE_ALL, RIGHT), browser_of(*SEE_ALL)

    def titles(browser, party):
        return [str(panel["title"]) for panel in browser.get(party.get_absolute_url()).context["panels"]]

    assert "Test panel" in titles(client, ClientFactory())
    assert "Test panel" not in titles(client, BankFactory())
    assert "Test panel" not in titles(plain, ClientFactory())


def test_first_steps_lead_into_empty_tabs_that_the_user_may_open(tab, put):
    put(
        dossier.first_steps,
        FirstStep("test", "Add a delivery", lambda party: "/test/add/", "test-deliveries", permission=RIGHT, order=1),
    )
    empty, filled = ClientFactory(), ServingFirmFactory().party
    client, plain = browser_of(*SEE_ALL, RIGHT), browser_of(*SEE_ALL)

    def offered(browser, party):
        return "/test/add/" in browser.get(party.get_absolute_url()).content.decode()

    assert offered(client, empty)
    assert not offered(client, filled)
    assert not offered(plain, empty)
    assert not offered(client, BankFactory())


def test_no_more_than_three_first_steps_are_suggested(tab, put):
    for number in range(5):
        put(
            dossier.first_steps,
            FirstStep(f"test{number}", "Step", lambda party: "/", "test-deliveries", order=number),
        )

    page = signed_in(superuser()).get(ClientFactory().get_absolute_url())

    (panel,) = [panel for panel in page.context["panels"] if "steps" in panel["context"]]
    assert len(panel["context"]["steps"]) == 3


# -- Columns and filters of the lists ----------------------------------------------------------------


def test_a_column_of_an_upper_app_shows_with_its_right(put):
    put(
        lists.columns,
        Column(
            "test",
            "Colour",
            lambda party: party.test,
            sort=["test"],
            permission=RIGHT,
            annotate=lambda parties, user: parties.annotate(test=Value("red")),
        ),
    )
    ClientFactory()

    with_right = browser_of(*SEE_ALL, RIGHT).get("/counterparties/clients/?sort=-test").content.decode()
    without = browser_of(*SEE_ALL).get("/counterparties/clients/?sort=-test").content.decode()

    assert "Colour" in with_right
    assert "red" in with_right
    assert "Colour" not in without


def test_a_filter_of_an_upper_app_stands_in_its_kinds_lists_with_its_right(put):
    put(
        lists.filters,
        ListFilter(
            "test",
            lambda request: CharFilter(label="Named", field_name="name"),
            permission=RIGHT,
            kinds=(Kind.CLIENT,),
        ),
    )
    ClientFactory(name="Алфа"), ClientFactory(name="Бета"), BankFactory(name="Банка")
    client, plain = browser_of(*SEE_ALL, RIGHT), browser_of(*SEE_ALL)

    def shown(browser, address):
        return [row.object.name for row in browser.get(address, {"test": "Алфа"}).context["rows"]]

    assert shown(client, "/counterparties/clients/") == ["Алфа"]
    assert shown(plain, "/counterparties/clients/") == ["Алфа", "Бета"]
    assert shown(client, "/counterparties/banks/") == ["Банка"]
