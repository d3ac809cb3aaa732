"""The delivered roles are one table, and the groups are kept equal to it."""

import pytest
from django.contrib.auth.models import Group, Permission

from tests.factories.users import GroupFactory, UserFactory, role_group
from users.models import RoleProfile, User
from users.roles import ROLES, sync_roles
from users.scopes import FirmsScope, PartiesScope

pytestmark = pytest.mark.django_db

# Role, its permission in full, whether it has it: a sample of what each role is for and of what it must never have.
TABLE = [
    ("administrator", "users.change_user", True),
    ("administrator", "counterparties.view_personal_number_log", True),
    ("manager", "counterparties.archive_client", True),
    ("manager", "counterparties.reveal_personal_number", True),
    ("manager", "counterparties.view_personal_number_log", False),
    ("manager", "users.view_user", False),
    ("seller", "counterparties.add_client", True),
    ("seller", "counterparties.add_supplier", False),
    ("seller", "counterparties.reveal_personal_number", False),
    ("buyer", "counterparties.change_supplier", True),
    ("buyer", "counterparties.change_client", False),
    ("accountant", "counterparties.balance_client", True),
    ("accountant", "counterparties.archive_client", False),
    ("warehouse", "counterparties.view_client", True),
    ("warehouse", "counterparties.view_bank", False),
    ("warehouse", "counterparties.balance_client", False),
    ("viewer", "counterparties.view_client", True),
    ("viewer", "counterparties.export_client", False),
    ("auditor", "counterparties.view_personal_number_log", True),
    ("auditor", "counterparties.change_client", False),
]


def fresh(user: User) -> User:
    """The user as a request would load it."""
    return User.objects.with_rights().get(pk=user.pk)


@pytest.mark.parametrize(("role", "permission", "has"), TABLE)
def test_each_role_has_what_the_table_says(role, permission, has):
    user = fresh(UserFactory(role=role))

    assert user.has_perm(permission) is has


def test_no_role_but_the_administrator_touches_users_and_groups():
    for code in set(ROLES) - {"administrator"}:
        held = role_group(code).permissions.filter(content_type__app_label__in=["users", "auth", "admin"])

        assert not held.exists(), code


def test_viewer_and_auditor_change_nothing():
    for code in ("viewer", "auditor"):
        writing = role_group(code).permissions.filter(codename__regex="^(add|change|delete|archive|confirm)_")

        assert not writing.exists(), code


def test_syncing_twice_changes_nothing():
    def groups() -> list[tuple[str, list[int]]]:
        return [
            (group.name, sorted(group.permissions.values_list("pk", flat=True)))
            for group in Group.objects.order_by("pk")
        ]

    before = groups()

    sync_roles()

    assert groups() == before
    assert RoleProfile.objects.exclude(code="").count() == len(ROLES)


def test_a_delivered_role_that_was_bent_is_straightened():
    group = role_group("viewer")
    group.permissions.add(Permission.objects.get(codename="archive_client"))
    RoleProfile.objects.filter(group=group).update(parties_scope=PartiesScope.ALL)

    sync_roles()

    assert not group.permissions.filter(codename="archive_client").exists()
    assert RoleProfile.objects.get(group=group).parties_scope == ROLES["viewer"].parties


def test_a_demanded_second_factor_outlives_the_sync():
    RoleProfile.objects.filter(code="manager").update(requires_second_factor=True)

    sync_roles()

    assert RoleProfile.objects.get(code="manager").requires_second_factor


def test_a_group_of_ones_own_stays_untouched():
    group = GroupFactory(name="Стажанти")
    group.permissions.add(Permission.objects.get(codename="view_client"))

    sync_roles()

    assert [p.codename for p in group.permissions.all()] == ["view_client"]


def test_of_several_roles_the_widest_scope_counts():
    seller = fresh(UserFactory(role="seller"))
    both = fresh(UserFactory(roles=["seller", "auditor"]))

    assert (seller.rights.parties_scope, seller.rights.firms_scope) == (PartiesScope.TEAM, FirmsScope.ASSIGNED)
    assert (both.rights.parties_scope, both.rights.firms_scope) == (PartiesScope.ALL, FirmsScope.ALL)


def test_a_user_without_roles_may_do_nothing_and_sees_the_narrowest():
    user = fresh(UserFactory())

    assert user.rights.perms == frozenset()
    assert user.rights.parties_scope == PartiesScope.MINE


def test_rights_of_a_user_come_with_the_query_that_loads_the_user(django_assert_num_queries):
    pk = UserFactory(role="manager").pk

    with django_assert_num_queries(1):
        user = User.objects.with_rights().get(pk=pk)
        assert user.has_perm("counterparties.view_client")
        assert not user.has_perm("users.change_user")
        assert user.rights.second_factor_required is False


def test_an_inactive_user_has_no_rights():
    user = fresh(UserFactory(role="administrator", is_active=False))

    assert not user.has_perm("counterparties.view_client")
