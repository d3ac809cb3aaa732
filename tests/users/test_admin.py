"""Django admin: reference data, users and roles, and what nobody may do there."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone

from counterparties.models import LegalForm, PersonalNumberAccess, Status
from tests.factories.counterparties import (
    CharacteristicFactory,
    CharacteristicValueFactory,
    ClientFactory,
    LegalFormFactory,
    NaturalPersonFactory,
    OwnFirmFactory,
    PartyTypeFactory,
    StatusFactory,
)
from tests.factories.users import PASSWORD, GroupFactory, TeamFactory, UserFactory, role_group
from users.models import RoleProfile, User

pytestmark = pytest.mark.django_db

USER_FORM = {"language": "", "theme": "auto", "page_size": "50", "email": "", "first_name": "", "last_name": ""}
NO_FIRMS = {
    "own_firm_access-TOTAL_FORMS": "0",
    "own_firm_access-INITIAL_FORMS": "0",
    "own_firm_access-MIN_NUM_FORMS": "0",
    "own_firm_access-MAX_NUM_FORMS": "1000",
}


@pytest.fixture
def administrator():
    return UserFactory(username="Ана", role="administrator", is_staff=True)


@pytest.fixture
def admin_page(client, administrator):
    client.force_login(administrator)
    return client


def change_url(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def user_data(user: User, **changes) -> dict:
    return {**USER_FORM, **NO_FIRMS, "username": user.username, "is_active": "on", **changes}


# -- Who gets in -----------------------------------------------------------------------------------


def test_the_admin_asks_to_log_in_on_the_products_own_page(client):
    response = client.get("/admin/users/user/", follow=True)

    assert response.redirect_chain[-1][0] == f"{reverse('account_login')}?next=%2Fadmin%2Fusers%2Fuser%2F"


@pytest.mark.parametrize("role", ["manager", "seller", "viewer"])
def test_whoever_is_not_of_the_staff_is_kept_out(client, role):
    client.force_login(UserFactory(role=role))

    assert client.get("/admin/", follow=True).status_code == 403


def test_internals_of_libraries_are_not_offered(admin_page):
    page = admin_page.get("/admin/").content.decode()

    for path in ("/admin/account/", "/admin/mfa/", "/admin/usersessions/"):
        assert path not in page
        assert admin_page.get(f"{path}emailaddress/").status_code == 404


# -- Reference data --------------------------------------------------------------------------------


def test_an_unused_legal_form_is_deleted(admin_page):
    form = LegalFormFactory()

    admin_page.post(reverse("admin:counterparties_legalform_delete", args=[form.pk]), {"post": "yes"})

    assert not LegalForm.objects.filter(pk=form.pk).exists()


def test_a_legal_form_in_use_is_kept_and_the_page_says_how_to_retire_it(admin_page):
    form = LegalForm.objects.get(name="ООД")
    ClientFactory(legal_form=form)

    page = admin_page.post(
        reverse("admin:counterparties_legalform_delete", args=[form.pk]), {"post": "yes"}, follow=True
    )

    assert LegalForm.objects.filter(pk=form.pk).exists()
    assert page.redirect_chain[-1][0] == change_url(form)
    assert len(list(page.context["messages"])) == 1


def test_several_rows_are_taken_out_of_use_at_once_and_logged(admin_page):
    forms = [LegalFormFactory(), LegalFormFactory()]

    admin_page.post(
        reverse("admin:counterparties_legalform_changelist"),
        {"action": "take_out_of_use", "_selected_action": [form.pk for form in forms]},
    )

    assert not LegalForm.objects.filter(pk__in=[form.pk for form in forms], is_active=True).exists()
    assert LogEntry.objects.filter(object_id__in=[str(form.pk) for form in forms]).count() == 2


def test_effects_and_transitions_of_a_status_are_ticked(admin_page):
    status, other = StatusFactory(), Status.objects.get(code="active")

    page = admin_page.get(change_url(status)).content.decode()
    assert len(re.findall(r'type="checkbox" name="effects"', page)) == 5
    response = admin_page.post(
        change_url(status),
        {
            "name": "спрян",
            "name_en": "halted",
            "color": "red",
            "order": "5",
            "effects": ["warn", "stop_orders"],
            "next_statuses": [other.pk],
            "is_active": "on",
        },
    )

    assert response.status_code == 302
    status.refresh_from_db()
    assert (status.effects, list(status.next_statuses.all())) == (["warn", "stop_orders"], [other])


def test_types_are_listed_as_a_tree_with_children_indented_under_their_parent(admin_page):
    top = PartyTypeFactory(name="Ветеринарни", order=1)
    PartyTypeFactory(name="Аптеки", parent=top, order=900)
    PartyTypeFactory(name="Клиники", parent=PartyTypeFactory(name="Болници", parent=top, order=1))

    page = admin_page.get(reverse("admin:counterparties_partytype_changelist"), {"tree__exact": "client"})

    names = [str(row) for row in page.context["cl"].result_list][:4]
    assert names == ["Ветеринарни", "Болници", "Клиники", "Аптеки"]
    assert "\u2003\u2003\u2003\u2003Клиники" in page.content.decode()


def test_the_type_of_a_characteristic_stays_once_there_are_values(admin_page):
    unused, used = CharacteristicFactory(), CharacteristicFactory()
    CharacteristicValueFactory(characteristic=used, text="да")

    assert 'name="value_type"' in admin_page.get(change_url(unused)).content.decode()
    assert 'name="value_type"' not in admin_page.get(change_url(used)).content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "counterparties_legalform",
        "counterparties_status",
        "counterparties_partytype",
        "counterparties_characteristic",
        "counterparties_personalnumberaccess",
        "users_user",
        "users_team",
        "auth_group",
        "admin_logentry",
    ],
)
def test_every_list_opens_searches_and_costs_the_same_with_one_row_and_with_three(
    admin_page, administrator, name, django_assert_max_num_queries
):
    url = reverse(f"admin:{name}_changelist")

    def add_row() -> None:
        party = NaturalPersonFactory(status=StatusFactory())
        CharacteristicFactory(party_type=PartyTypeFactory(parent=PartyTypeFactory()))
        PersonalNumberAccess.objects.create(user=administrator, party=party, way="reveal")
        UserFactory(role="seller", team=TeamFactory())
        GroupFactory()
        LegalFormFactory()
        LogEntry.objects.log_actions(administrator.pk, [party.status], 2, "[]", single_object=True)

    def cost() -> int:
        with django_assert_max_num_queries(30) as counted:
            assert admin_page.get(url, {"q": ""}).status_code == 200
        return len(counted)

    add_row()
    admin_page.get(url)  # content types are read once and remembered
    with_one = cost()
    add_row()
    add_row()

    assert cost() == with_one
    assert admin_page.get(url, {"q": "„Щ’ %_\\"}).status_code == 200


def test_every_form_opens(admin_page, administrator):
    for row in (
        LegalForm.objects.first(),
        Status.objects.first(),
        PartyTypeFactory(),
        CharacteristicFactory(),
        UserFactory(),
        administrator,
        TeamFactory(),
        GroupFactory(),
        role_group("seller"),
    ):
        page = admin_page.get(change_url(row))
        assert page.status_code == 200, row
    for name in ("users_user", "auth_group", "counterparties_status", "counterparties_characteristic"):
        assert admin_page.get(reverse(f"admin:{name}_add")).status_code == 200


def test_pages_of_the_admin_keep_to_the_content_security_policy(admin_page):
    response = admin_page.get(reverse("admin:users_user_changelist"))
    page = response.content.decode()

    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|<style|\sstyle=|\son\w+=\"", page)


# -- Logs ------------------------------------------------------------------------------------------


def test_the_change_log_is_read_and_searched_but_never_written(admin_page, administrator):
    LogEntry.objects.log_actions(administrator.pk, Status.objects.all()[:1], 2, "Нещо", single_object=True)
    entry = LogEntry.objects.get()

    page = admin_page.get(reverse("admin:admin_logentry_changelist"), {"q": "Ана"})
    assert page.context["cl"].result_count == 1
    assert admin_page.get(change_url(entry)).status_code == 200
    assert admin_page.post(change_url(entry), {"object_repr": "друго"}).status_code == 403
    assert admin_page.get(reverse("admin:admin_logentry_add")).status_code == 403
    assert admin_page.post(reverse("admin:admin_logentry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403


def test_the_log_of_personal_numbers_is_for_those_with_its_right(client):
    party = NaturalPersonFactory(family_name="Търсен")
    auditor = UserFactory(role="auditor", is_staff=True)
    PersonalNumberAccess.objects.create(user=auditor, party=party, way="reveal", reason="проверка")
    url = reverse("admin:counterparties_personalnumberaccess_changelist")

    client.force_login(auditor)
    page = client.get(url, {"q": "Търсен"})
    assert page.context["cl"].result_count == 1

    client.force_login(UserFactory(role="manager", is_staff=True))
    assert client.get(url).status_code == 403


# -- Users -----------------------------------------------------------------------------------------


def test_an_administrator_adds_a_user_and_gives_roles_team_and_own_firm(admin_page):
    team, firm = TeamFactory(), OwnFirmFactory()
    response = admin_page.post(
        reverse("admin:users_user_add"),
        {
            "username": "нов",
            "first_name": "Нов",
            "last_name": "Човек",
            "email": "Nov@Example.com",
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )
    user = User.objects.get(username="нов")
    assert response.url == change_url(user)
    assert user.email == "nov@example.com"

    admin_page.post(
        change_url(user),
        user_data(
            user,
            groups=[role_group("seller").pk],
            team=team.pk,
            **{
                "own_firm_access-TOTAL_FORMS": "1",
                "own_firm_access-0-user": user.pk,
                "own_firm_access-0-own_firm": firm.pk,
            },
        ),
    )

    user = User.objects.with_rights().get(pk=user.pk)
    assert user.has_perm("counterparties.add_client")
    assert user.team == team
    assert [access.own_firm for access in user.own_firm_access.all()] == [firm]


def test_a_user_is_deactivated_never_deleted(admin_page, client):
    user = UserFactory(role="seller")

    assert admin_page.post(reverse("admin:users_user_delete", args=[user.pk]), {"post": "yes"}).status_code == 403
    admin_page.post(reverse("admin:users_user_changelist"), {"action": "deactivate", "_selected_action": [user.pk]})

    user.refresh_from_db()
    assert not user.is_active
    assert LogEntry.objects.filter(object_id=str(user.pk)).exists()


def test_a_deactivated_users_session_ends_at_once(client):
    user = UserFactory(role="seller")
    client.force_login(user)
    assert client.get(reverse("users:profile")).status_code == 200

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get(reverse("users:profile")).status_code == 302


def test_an_administrator_cannot_deactivate_himself(admin_page, administrator):
    admin_page.post(
        reverse("admin:users_user_changelist"), {"action": "deactivate", "_selected_action": [administrator.pk]}
    )
    admin_page.post(change_url(administrator), user_data(administrator, is_active=""))

    administrator.refresh_from_db()
    assert administrator.is_active
    assert administrator.is_staff


def test_only_a_superuser_makes_or_touches_a_superuser(admin_page):
    plain, superuser = UserFactory(), UserFactory(is_superuser=True, is_staff=True)

    admin_page.post(change_url(plain), user_data(plain, is_superuser="on"))
    plain.refresh_from_db()
    assert not plain.is_superuser

    assert admin_page.post(change_url(superuser), user_data(superuser, username="друг")).status_code == 403
    password_url = reverse("admin:auth_user_password_change", args=[superuser.pk])
    assert admin_page.get(password_url).status_code == 403
    for action in ("deactivate", "remove_second_factor"):
        admin_page.post(reverse("admin:users_user_changelist"), {"action": action, "_selected_action": [superuser.pk]})
    superuser.refresh_from_db()
    assert superuser.is_active


@pytest.fixture
def helper(client):
    """Someone who may change users and groups, but is no administrator: has the rights of a viewer besides."""
    group = GroupFactory(name="Помощник")
    group.permissions.add(
        *Permission.objects.filter(codename__in=["view_user", "change_user", "view_group", "change_group", "add_group"])
    )
    RoleProfile.objects.filter(group=group).update(parties_scope="firms")
    user = UserFactory(username="Петя", role="viewer", is_staff=True)
    user.groups.add(group)
    client.force_login(user)
    return user


def test_nobody_gives_himself_a_role_with_more_rights_than_he_has(client, helper):
    wanted = role_group("administrator")

    response = client.post(
        change_url(helper), user_data(helper, groups=[*helper.groups.values_list("pk", flat=True), wanted.pk])
    )

    assert response.status_code == 200  # the form comes back with the error
    assert wanted not in helper.groups.all()


def test_nobody_gives_himself_a_wider_view_than_he_has(client, helper):
    wide = GroupFactory(name="Всичко")
    RoleProfile.objects.filter(group=wide).update(parties_scope="all")

    client.post(change_url(helper), user_data(helper, groups=[wide.pk]))

    assert wide not in helper.groups.all()


def test_nobody_takes_over_the_account_of_someone_with_more_rights(client, helper):
    manager = UserFactory(role="manager", email="manager@example.com")

    assert client.post(change_url(manager), user_data(manager, email="mine@example.com")).status_code == 403
    assert client.get(reverse("admin:auth_user_password_change", args=[manager.pk])).status_code == 403
    manager.refresh_from_db()
    assert manager.email == "manager@example.com"


def test_nobody_puts_a_right_that_he_lacks_into_a_group(client, helper):
    own = Group.objects.get(name="Помощник")
    right = Permission.objects.get(codename="archive_client")

    client.post(change_url(own), group_data("Помощник", parties_scope="firms", permissions=[right.pk]))

    assert right not in own.permissions.all()
    assert client.post(change_url(role_group("manager")), group_data("Мениджър")).status_code == 403


# -- Roles -----------------------------------------------------------------------------------------


def group_data(name: str, **changes) -> dict:
    scope = {"parties_scope": "mine", "firms_scope": "assigned"}
    for key in ("parties_scope", "firms_scope", "requires_second_factor", "id"):
        if key in changes:
            scope[key] = changes.pop(key)
    return {
        "name": name,
        "role-TOTAL_FORMS": "1",
        "role-INITIAL_FORMS": "1" if "id" in scope else "0",
        "role-MIN_NUM_FORMS": "1",
        "role-MAX_NUM_FORMS": "1",
        **{f"role-0-{key}": value for key, value in scope.items()},
        **changes,
    }


def test_of_a_delivered_role_only_the_second_factor_is_set(admin_page):
    group = role_group("manager")
    before = set(group.permissions.all())
    profile = RoleProfile.objects.get(group=group)

    response = admin_page.post(
        change_url(group),
        group_data("Друго име", id=profile.pk, parties_scope="mine", requires_second_factor="on", permissions=[])
        | {"role-0-group": group.pk},
    )

    assert response.status_code == 302
    group, profile = Group.objects.get(pk=group.pk), RoleProfile.objects.get(pk=profile.pk)
    assert group.name == "Ръководител"
    assert set(group.permissions.all()) == before
    assert (profile.parties_scope, profile.requires_second_factor) == ("all", True)


def test_a_group_of_ones_own_is_added_with_rights_and_scope(admin_page):
    right = Permission.objects.get(codename="view_client")

    admin_page.post(
        reverse("admin:auth_group_add"), group_data("Стажанти", parties_scope="team", permissions=[right.pk])
    )

    group = Group.objects.get(name="Стажанти")
    assert list(group.permissions.all()) == [right]
    assert (group.role.parties_scope, group.role.code) == ("team", "")


def test_a_delivered_role_and_a_group_with_users_are_not_deleted(admin_page):
    delivered, used, unused = role_group("viewer"), GroupFactory(), GroupFactory()
    UserFactory().groups.add(used)

    for group in (delivered, used, unused):
        admin_page.post(reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"})

    assert set(Group.objects.filter(pk__in=[delivered.pk, used.pk, unused.pk])) == {delivered, used}


def test_the_last_log_in_is_shown_and_not_typed(admin_page):
    user = UserFactory(last_login=timezone.now())

    admin_page.post(change_url(user), user_data(user, last_login_0="01.01.2000", last_login_1="10:00"))

    user.refresh_from_db()
    assert user.last_login.year > 2000
