"""Demonstration users, one per role and a second seller; all have the password `demo`."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from common.demo import DemoPart, parts
from users.models import Team, User

PASSWORD = "demo"
SOFIA, PLOVDIV = "Търговци София", "Търговци Пловдив"

# User name, given and family name, role, team, interface language.
USERS = [
    ("admin", "Маргарита", "Стоянова", "administrator", None, ""),
    ("manager", "Георги", "Димитров", "manager", None, ""),
    ("seller", "Ивелина", "Петрова", "seller", SOFIA, ""),
    ("seller2", "Калоян", "Желязков", "seller", PLOVDIV, ""),
    ("buyer", "Николай", "Щерев", "buyer", None, ""),
    ("accountant", "Радостина", "Юрукова", "accountant", None, ""),
    ("warehouse", "Пламен", "Христов", "warehouse", None, ""),
    ("viewer", "Десислава", "Ангелова", "viewer", None, ""),
    ("auditor", "Цветан", "Михайлов", "auditor", None, ""),
]


def fill() -> None:
    teams = {name: Team.objects.create(name=name) for name in (SOFIA, PLOVDIV)}
    password = make_password(PASSWORD)
    for username, given_name, family_name, role, team, language in USERS:
        user = User.objects.create(
            username=username,
            first_name=given_name,
            last_name=family_name,
            email=f"{username}@orion.example",
            password=password,
            team=teams.get(team or ""),
            language=language,
            is_staff=role == "administrator",
        )
        user.groups.add(Group.objects.get(role__code=role))


parts.register(DemoPart(slug="users", order=10, fill=fill, holds_rows=User.objects.exists))
