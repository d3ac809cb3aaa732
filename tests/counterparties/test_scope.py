"""Which rows a user sees: the kinds of his rights and the two scopes of his roles, and no way around them."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from counterparties.kinds import Kind
from counterparties.models import Counterparty
from tests.factories.counterparties import (
    BankFactory,
    CharacteristicFactory,
    CharacteristicValueFactory,
    ClientFactory,
    HoldingFactory,
    OwnFirmAccessFactory,
    OwnFirmFactory,
    RelationFactory,
    ServingFirmFactory,
    StateBodyFactory,
    SupplierFactory,
)
from tests.factories.users import TeamFactory, UserFactory
from tests.people import CHANGE_ALL, SEE_ALL, fresh, give, signed_in, worker

pytestmark = pytest.mark.django_db

SEE_CLIENTS = "counterparties.view_client"


class World:
    """Ours and theirs: parties of my own, of my team, of nobody and of strangers, served by firm A, by B or by all."""

    def __init__(self) -> None:
        self.team = TeamFactory()
        mate, stranger = UserFactory(team=self.team), UserFactory(team=TeamFactory())
        self.a, self.b = OwnFirmFactory(name="А"), OwnFirmFactory(name="Б")
        self.mine_a = ClientFactory(name="mine_a")
        self.mates_b = ClientFactory(name="mates_b", trader=mate)
        self.mates_all = SupplierFactory(name="mates_all", trader=mate)
        self.strangers_a = ClientFactory(name="strangers_a", trader=stranger)
        self.nobodys = SupplierFactory(name="nobodys")
        for party, firm in ((self.mine_a, self.a), (self.mates_b, self.b), (self.strangers_a, self.a)):
            ServingFirmFactory(party=party, own_firm=firm)

    def user(self, *, parties: str, firms: str = "assigned", works_for: tuple[str, ...] = ()):
        user = worker(*SEE_ALL, parties=parties, firms=firms, team=self.team)
        Counterparty.objects.filter(pk=self.mine_a.pk).update(trader=user)
        for name in works_for:
            OwnFirmAccessFactory(user=user, own_firm=getattr(self, name))
        return fresh(user)

    @staticmethod
    def seen_by(user) -> set[str]:
        scoped = Counterparty.objects.visible_to(user).exclude(is_own_firm=True)
        return set(scoped.values_list("name", flat=True))


EVERYONE = {"mine_a", "mates_b", "mates_all", "strangers_a", "nobodys"}
SERVED_BY_A = {"mine_a", "mates_all", "strangers_a", "nobodys"}


@pytest.mark.parametrize(
    ("parties", "firms", "works_for", "seen"),
    [
        ("all", "all", (), EVERYONE),
        ("all", "assigned", ("a",), EVERYONE),
        ("firms", "assigned", (), EVERYONE),
        ("firms", "assigned", ("a",), SERVED_BY_A),
        ("firms", "assigned", ("b",), {"mates_b", "mates_all", "nobodys"}),
        ("firms", "assigned", ("a", "b"), EVERYONE),
        ("firms", "all", ("a",), EVERYONE),
        ("team", "assigned", (), {"mine_a", "mates_b", "mates_all"}),
        ("team", "all", ("a",), {"mine_a", "mates_b", "mates_all"}),
        ("mine", "assigned", (), {"mine_a"}),
        ("mine", "all", (), {"mine_a"}),
    ],
)
def test_each_scope_of_parties_and_of_firms_shows_its_rows(parties, firms, works_for, seen):
    world = World()

    assert world.seen_by(world.user(parties=parties, firms=firms, works_for=works_for)) == seen


def test_in_the_team_scope_a_user_without_a_team_sees_only_his_own():
    world = World()
    user = world.user(parties="team")
    user.team = None
    user.save()

    assert world.seen_by(fresh(user)) == {"mine_a"}


@pytest.mark.parametrize(
    ("second", "seen"), [("mine", {"mine_a"}), ("team", {"mine_a", "mates_b", "mates_all"}), ("all", EVERYONE)]
)
def test_of_several_roles_the_widest_wins(second, seen):
    world = World()
    user = world.user(parties="mine")

    give(user, SEE_CLIENTS, parties=second)

    assert world.seen_by(fresh(user)) == seen


def test_banks_state_bodies_own_firms_and_holdings_stand_outside_the_scope():
    user = worker(*SEE_ALL, parties="mine")
    for factory in (BankFactory, StateBodyFactory, OwnFirmFactory, HoldingFactory, ClientFactory, SupplierFactory):
        factory()

    seen = Counterparty.objects.visible_to(user)

    assert {kind for party in seen for kind in party.kinds} == {
        Kind.BANK,
        Kind.STATE_BODY,
        Kind.OWN_FIRM,
        Kind.HOLDING,
    }


def test_a_client_that_is_also_a_bank_is_seen_by_whoever_may_see_banks():
    both = ClientFactory(is_bank=True)

    assert both in Counterparty.objects.visible_to(worker(*SEE_ALL, parties="mine"))
    assert both not in Counterparty.objects.visible_to(worker(SEE_CLIENTS, parties="mine"))


@pytest.mark.parametrize("kind", list(Kind))
def test_a_party_is_seen_when_any_of_its_kinds_may_be_viewed_and_changed_when_all_may_be(kind):
    other = Kind.CLIENT if kind != Kind.CLIENT else Kind.SUPPLIER
    party = ClientFactory()
    party.kinds = [kind, other]
    party.save()
    halfway = worker(kind.permission("view"), kind.permission("change"))
    fully = worker(*(one.permission(deed) for one in (kind, other) for deed in ("view", "change")))
    blind = worker(*(one.permission("view") for one in Kind if one not in (kind, other)))

    assert party in Counterparty.objects.visible_to(halfway)
    assert party not in Counterparty.objects.changeable_by(halfway)
    assert party in Counterparty.objects.changeable_by(fully)
    assert party not in Counterparty.objects.visible_to(blind)


@pytest.mark.parametrize("state", ["inactive", "without roles"])
def test_an_inactive_user_and_one_without_roles_see_nothing(state):
    ClientFactory(), BankFactory()
    user = worker(*SEE_ALL) if state == "inactive" else fresh(UserFactory())
    user.is_active = state != "inactive"

    assert not Counterparty.objects.visible_to(user).exists()


# -- No way around -----------------------------------------------------------------------------------


@pytest.fixture
def hidden(db):
    """A client of somebody else, with a branch of everything that could give it away."""
    party = ClientFactory(
        name="Скрита фирма",
        identifier_type="eik",
        registration_number="175074752",
        email="hidden@example.com",
        phone="+359888123456",
        trader=UserFactory(),
    )
    value = CharacteristicValueFactory(
        party=party, characteristic=CharacteristicFactory(value_type="file"), file_name="тайна.txt"
    )
    value.file.save("тайна.txt", ContentFile(b"hidden"))
    return party


@pytest.fixture
def seller():
    return worker(
        *SEE_ALL,
        *CHANGE_ALL,
        *(kind.permission(deed) for kind in Kind for deed in ("add", "archive", "export")),
        "counterparties.comment",
        "counterparties.assign_trader",
        "counterparties.reveal_personal_number",
        parties="mine",
    )


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("counterparty_detail", []),
        ("counterparty_edit", []),
        ("counterparty_archive", []),
        ("counterparty_restore", []),
        ("counterparty_print", []),
        ("counterparty_comment", []),
        ("personal_number_reveal", []),
        ("relation_add", []),
        ("counterparty_tab", ["history"]),
        ("counterparty_tab", ["contacts"]),
        ("relation_edit", ["relation"]),
        ("relation_delete", ["relation"]),
        ("characteristic_file", None),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_out_of_scope_every_address_of_a_party_is_a_404(hidden, seller, name, more, method):
    if more is None:
        args = [hidden.characteristic_values.get().pk]
    else:
        relation = RelationFactory(from_party=hidden).pk if more == ["relation"] else None
        args = [hidden.pk, *([relation] if relation else more)]
    method = "post" if name == "relation_delete" else method
    answer = getattr(signed_in(seller), method)(reverse(f"counterparties:{name}", args=args), {"reason": "x"})

    assert answer.status_code == 404
    hidden.refresh_from_db()
    assert (hidden.name, hidden.comment, hidden.is_archived) == ("Скрита фирма", "", False)


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/counterparties/",
        "/counterparties/?archived=with",
        "/counterparties/clients/",
        "/counterparties/clients/?q=175074752",
        "/counterparties/clients/?export=csv",
        "/search/?q=скрита",
        "/search/?q=175074752",
        "/search/?q=0888123456",
        "/search/?q=hidden@example.com",
        "/counterparties/picker/?q=175074752",
        "/counterparties/picker/?q=скрита",
        "/counterparties/duplicates/?name=Скрита+фирма",
        "/counterparties/duplicates/?identifier_type=eik&number=175074752",
        "/counterparties/duplicates/?email=hidden@example.com",
        "/counterparties/duplicates/?phone=0888123456",
    ],
)
def test_no_list_search_picker_hint_or_export_tells_of_a_hidden_party(hidden, seller, address):
    hidden_from_home = signed_in(seller)
    hidden_from_home.get("/counterparties/")

    answer = hidden_from_home.get(address, follow=True)

    assert answer.status_code == 200
    text = answer.getvalue().decode()
    # The address asked for may stand on the page itself; the party's own words may not.
    assert "Скрита фирма" not in text.replace("name=Скрита", "")
    assert f"/counterparties/{hidden.pk}/" not in text


def test_the_search_of_one_who_may_see_finds_the_same_party(hidden):
    answer = signed_in(worker(*SEE_ALL)).get("/search/?q=скрита")

    assert answer.headers["Location"] == hidden.get_absolute_url()


def test_a_dossier_that_left_the_scope_leaves_the_first_page(seller):
    party = ClientFactory(name="Моя фирма", trader=seller)
    client = signed_in(seller)
    client.get(party.get_absolute_url())
    assert "Моя фирма" in client.get("/").content.decode()

    Counterparty.objects.update(trader=UserFactory())

    assert "Моя фирма" not in client.get("/").content.decode()


def test_a_relation_to_a_hidden_party_is_not_shown_and_cannot_be_reached(hidden, seller):
    mine = ClientFactory(name="Моя фирма", trader=seller)
    relation = RelationFactory(from_party=mine, to_party=hidden)
    client = signed_in(seller)

    assert "Скрита" not in client.get(mine.get_absolute_url()).content.decode()
    for name in ("relation_edit", "relation_delete"):
        address = reverse(f"counterparties:{name}", args=[mine.pk, relation.pk])
        assert client.post(address).status_code in (403, 404)


def test_a_relation_cannot_be_made_with_a_hidden_party(hidden, seller):
    mine = ClientFactory(trader=seller)
    address = reverse("counterparties:relation_add", args=[mine.pk])

    for typed in (str(hidden.pk), "Скрита фирма", "175074752"):
        answer = signed_in(seller).post(address, {"direction": "related>", "other": typed})
        assert answer.status_code == 422
        assert "Nothing that you may choose is called so." in answer.content.decode()


def test_bulk_deeds_on_all_rows_leave_hidden_parties_alone(hidden, seller):
    mine = ClientFactory(trader=seller)

    signed_in(seller).post("/counterparties/", {"action": "archive", "all": "1", "reason": "край"})
    signed_in(seller).post("/counterparties/", {"action": "archive", "selected": [hidden.pk], "reason": "край"})

    hidden.refresh_from_db()
    mine.refresh_from_db()
    assert (hidden.is_archived, mine.is_archived) == (False, True)


def test_history_does_not_name_a_hidden_party(hidden, seller):
    mine = ClientFactory(trader=seller)
    RelationFactory(from_party=mine, to_party=hidden)

    page = signed_in(seller).get(reverse("counterparties:counterparty_tab", args=[mine.pk, "history"]))

    assert "Скрита" not in page.content.decode()


def test_a_characteristic_does_not_name_a_hidden_party_and_keeps_it_when_the_record_is_saved(hidden, seller):
    mine = ClientFactory(name="Моя", trader=seller)
    value = CharacteristicValueFactory(
        party=mine, characteristic=CharacteristicFactory(value_type="party"), other_party=hidden
    )
    client = signed_in(seller)
    edit = reverse("counterparties:counterparty_edit", args=[mine.pk])

    for address in (mine.get_absolute_url(), edit):
        assert "Скрита" not in client.get(address).content.decode()
    typed = {"kinds": ["client"], "person_kind": "legal", "name": "Моя", "country": "BG", "vat_registration": "none"}
    assert client.post(edit, typed | {"trader": seller.pk}).status_code == 302
    value.refresh_from_db()
    assert value.other_party == hidden


def test_a_shared_view_shows_each_user_his_own_rows(hidden, seller):
    from common.models import SavedView

    view = SavedView.objects.create(
        user=UserFactory(), list_key="counterparties.clients", name="Общ", query="q=фирма", is_shared=True
    )
    mine = ClientFactory(name="Моя фирма", trader=seller)

    page = signed_in(seller).get(f"/counterparties/clients/?view={view.pk}")

    assert [row.pk for row in page.context["rows"]] == [mine.pk]


def test_another_users_job_is_a_404():
    from common.models import Job

    job = Job.objects.create(user=UserFactory(), title="Вносът на другия", task="x")
    client = signed_in(worker(*SEE_ALL))

    for name in ("job_detail", "job_file"):
        assert client.get(reverse(f"common:{name}", args=[job.pk])).status_code == 404


def test_serving_firms_are_offered_only_out_of_the_users_own():
    world = World()
    user = world.user(parties="firms", works_for=("a",))
    give(user, *CHANGE_ALL, parties="firms", firms="assigned")
    ServingFirmFactory(party=world.nobodys, own_firm=world.a)
    ServingFirmFactory(party=world.nobodys, own_firm=world.b)
    address = reverse("counterparties:counterparty_edit", args=[world.nobodys.pk])
    typed = {"kinds": ["supplier"], "person_kind": "legal", "name": "nobodys", "country": "BG"}
    typed |= {"vat_registration": "none", "serving_firms": [world.a.pk]}

    answer = signed_in(fresh(user)).post(address, typed)

    assert answer.status_code == 302, answer.context["form"].errors
    # The firm that the user does not see stays as it was.
    assert set(world.nobodys.serving_firms.all()) == {world.a, world.b}
