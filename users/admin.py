"""Django admin of users, teams and roles. Accounts are deactivated, never deleted: records keep naming their people."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import admin as account_admin  # noqa: F401  (registers what is taken out below)
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as usersessions_admin  # noqa: F401
from allauth.usersessions.models import UserSession
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.admin import KeptWhileUsed
from users.granting import grantable_groups, grantable_permissions, may_manage, up_to
from users.models import RoleProfile, Team, User
from users.permission_words import PermissionField, app_of, words_for
from users.scopes import FirmsScope, PartiesScope

# allauth's own tables: e-mails live in User.email; sessions and second factors are their owner's to see.
for internal in (EmailAddress, Authenticator, UserSession, Group):
    admin.site.unregister(internal)


LIBRARY_APPS = {"account", "mfa", "usersessions", "procrastinate", "pghistory", "contenttypes", "sessions"}


@admin.register(Team)
class TeamAdmin(KeptWhileUsed):
    list_display = ["name", "member_count"]
    search_fields = ["name"]
    kept_message = gettext_lazy("“%(row)s” has members, so it is kept.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).annotate(member_count=Count("members"))

    @admin.display(description=gettext_lazy("members"), ordering="member_count")
    def member_count(self, team: Any) -> int:
        return team.member_count


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email")


class UserForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserAdmin(auth_admin.UserAdmin):
    """Upper apps add their inlines to `inlines` from their own admin module."""

    inlines: ClassVar[list[Any]] = []
    form = UserForm
    add_form = NewUserForm
    list_display = ["username", "full_name", "email", "role_names", "team", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "groups", "team", "is_staff", "is_superuser"]
    list_select_related = ["team"]
    list_per_page = 50
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    autocomplete_fields = ["team"]
    readonly_fields = ["last_login", "date_joined", "second_factor"]
    filter_horizontal = []
    actions = ["deactivate", "activate", "unlock", "remove_second_factor"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (gettext_lazy("Person"), {"fields": ["first_name", "last_name", "email", "team"]}),
        (gettext_lazy("Roles"), {"fields": ["groups"]}),
        (gettext_lazy("Access"), {"fields": ["is_active", "is_staff", "is_superuser", "second_factor"]}),
        (gettext_lazy("Interface"), {"fields": ["language", "theme", "page_size"], "classes": ["collapse"]}),
        (gettext_lazy("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "email"]}),
        (gettext_lazy("Password"), {"fields": ["usable_password", "password1", "password2"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=gettext_lazy("name"), ordering="first_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=gettext_lazy("roles"))
    def role_names(self, user: User) -> str:
        return ", ".join(sorted(group.name for group in user.groups.all()))

    @admin.display(description=gettext_lazy("second factor"), boolean=True)
    def second_factor(self, user: User) -> bool:
        return user.rights.second_factor_set

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        return self.inlines if obj else []  # a new user is saved first, and then given what belongs to it

    # -- Who may do what to whom -----------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or may_manage(request.user, obj))  # type: ignore[arg-type]

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = list(super().get_readonly_fields(request, obj))
        if not request.user.is_superuser:
            fields.append("is_superuser")
        if obj is not None and obj.pk == request.user.pk:
            fields += ["is_active", "is_staff"]  # nobody locks himself out
        return fields

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        if db_field.name == "groups" and request is not None:
            kwargs["queryset"] = grantable_groups(request.user).order_by("name")
            kwargs["widget"] = forms.CheckboxSelectMultiple
            kwargs["help_text"] = _("What the user may do and see; with several roles the widest counts.")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    # -- Deeds on several ------------------------------------------------------------------------

    def _each(self, request: HttpRequest, queryset: QuerySet[User], deed: Any, note: str) -> None:
        """Do the deed to each user that the actor may manage, log it, and say how many were left alone."""
        done = refused = 0
        for user in queryset.with_rights():  # type: ignore[attr-defined]
            if user.pk == request.user.pk or not may_manage(request.user, user):  # type: ignore[arg-type]
                refused += 1
                continue
            deed(user)
            self.log_change(request, user, note)
            done += 1
        messages.success(request, ngettext("%d user changed.", "%d users changed.", done) % done)
        if refused:
            text = ngettext(
                "%d user was left alone: oneself, or someone with more rights.",
                "%d users were left alone: oneself, or someone with more rights.",
                refused,
            )
            messages.warning(request, text % refused)

    @admin.action(description=gettext_lazy("Deactivate: no more log-in, all sessions end"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        def deed(user: User) -> None:
            User.objects.filter(pk=user.pk).update(is_active=False)

        self._each(request, queryset, deed, _("Deactivated."))

    @admin.action(description=gettext_lazy("Activate"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        def deed(user: User) -> None:
            User.objects.filter(pk=user.pk).update(is_active=True)

        self._each(request, queryset, deed, _("Activated."))

    @admin.action(description=gettext_lazy("Unlock after failed log-ins"), permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        def deed(user: User) -> None:
            for credentials in ({"username": user.username}, {"email": user.email}):
                get_adapter()._delete_login_attempts_cached_email(request, **credentials)

        self._each(request, queryset, deed, _("Unlocked."))

    @admin.action(description=gettext_lazy("Remove the second factor (lost phone)"), permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        def deed(user: User) -> None:
            Authenticator.objects.filter(user=user).delete()

        self._each(request, queryset, deed, _("Second factor removed."))


class RoleInline(admin.StackedInline):
    """How wide the group sees; of a delivered role only the second factor may be set."""

    model = RoleProfile
    can_delete = False
    min_num = max_num = 1
    verbose_name = gettext_lazy("scope")
    verbose_name_plural = gettext_lazy("scope")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["parties_scope", "firms_scope"] if is_delivered(obj) else []

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        orders = {"parties_scope": PartiesScope, "firms_scope": FirmsScope}
        if db_field.name in orders and not request.user.is_superuser:
            scope = orders[db_field.name]
            allowed = up_to(scope.values, getattr(request.user.rights, db_field.name))  # type: ignore[union-attr]
            kwargs["choices"] = [choice for choice in scope.choices if choice[0] in allowed]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


def meaningful_types() -> list[int]:
    """Content types whose permissions mean something here: not the tables of libraries, not copies for the history."""
    models = [
        model
        for model in apps.get_models()
        if not hasattr(model, "pgh_tracked_model")
        and model._meta.app_label not in LIBRARY_APPS
        and model is not Permission
    ]
    return [content_type.pk for content_type in ContentType.objects.get_for_models(*models).values()]


def is_delivered(group: Any) -> bool:
    role = getattr(group, "role", None) if group is not None else None
    return role is not None and role.is_delivered


@admin.register(Group)
class GroupAdmin(KeptWhileUsed):
    """Delivered roles are read; administrators assign them and add groups of their own."""

    inlines = [RoleInline]
    list_display = ["name", "delivered", "parties_scope", "firms_scope", "second_factor", "user_count"]
    list_select_related = ["role"]
    search_fields = ["name"]
    ordering = ["name"]
    kept_message = gettext_lazy("“%(row)s” is assigned to users, so it is kept.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(user_count=Count("user"))

    @admin.display(description=gettext_lazy("delivered"), boolean=True)
    def delivered(self, group: Group) -> bool:
        return is_delivered(group)

    @admin.display(description=gettext_lazy("which counterparties"))
    def parties_scope(self, group: Any) -> str:
        return group.role.get_parties_scope_display() if hasattr(group, "role") else "–"

    @admin.display(description=gettext_lazy("which own firms"))
    def firms_scope(self, group: Any) -> str:
        return group.role.get_firms_scope_display() if hasattr(group, "role") else "–"

    @admin.display(description=gettext_lazy("second factor required"), boolean=True)
    def second_factor(self, group: Any) -> bool:
        return hasattr(group, "role") and group.role.requires_second_factor

    @admin.display(description=gettext_lazy("users"), ordering="user_count")
    def user_count(self, group: Any) -> int:
        return group.user_count

    @admin.display(description=gettext_lazy("permissions"))
    def permission_list(self, group: Group) -> str:
        by_app: dict[str, list[str]] = {}
        permissions = group.permissions.filter(content_type__in=meaningful_types()).select_related("content_type")
        for permission in permissions:
            by_app.setdefault(app_of(permission), []).append(words_for(permission))
        rows = [(app, "; ".join(sorted(words))) for app, words in by_app.items()]
        return format_html_join("", "<p><strong>{}</strong>: {}</p>", rows)

    def row_is_used(self, row: Group) -> bool:
        return row.user_set.exists()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["name", "permission_list"] if is_delivered(obj) else ["name", "permissions"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["name", "permission_list"] if is_delivered(obj) else []

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or grantable_groups(request.user).filter(pk=obj.pk).exists())  # type: ignore[arg-type]

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and not is_delivered(obj) and (obj is None or self.has_change_permission(request, obj))

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        if db_field.name == "permissions" and request is not None:
            kwargs["queryset"] = grantable_permissions(request.user).filter(content_type__in=meaningful_types())
            kwargs["form_class"] = PermissionField
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)
