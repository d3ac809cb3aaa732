"""Who is overdue, how much and since when, and when each was reminded last; reminders for many at once."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Min, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import jobs
from common.columns import BulkAction, Column, Empty
from common.dates import format_date, today
from common.forms import PlainForm
from common.lists import Action, ListPage
from common.money import format_money
from contacts.cells import tone
from counterparties.models import Counterparty
from finance.figures import RECEIVABLE, items_url, open_documents, overdue
from finance.querysets import MONEY_SUM
from finance.reminders import last_reminder
from finance.reports import Report
from users.models import User

MOST = 500


def chosen_firm(request: HttpRequest) -> str:
    """The firm that the list of this request is narrowed to, be it by the address, a saved view or the one in force."""
    page = ReminderList()
    page.setup(request)
    return page.firm


def start(request: HttpRequest, parties: QuerySet[Any], task: str, title: str) -> str:
    keys = list(parties.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(keys) > MOST:
        raise ValidationError(_("Choose at most %d counterparties.") % MOST)
    job = jobs.start(request.user, task, title, parties=keys, own_firm=chosen_firm(request))
    return _("Begun: “%(title)s”. You will be told when it is done.") % {"title": job.title}


def print_many(request: HttpRequest, parties: QuerySet[Any]) -> str:
    return start(request, parties, "finance.reminders_pdf", _("Payment reminders as one file"))


def send_many(request: HttpRequest, parties: QuerySet[Any]) -> str:
    return start(request, parties, "finance.reminders_mail", _("Payment reminders by e-mail"))


class ReminderFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=gettext_lazy("Name or number"), method="search", max_length=200)
    own_firm = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Own firm"), queryset=Counterparty.objects.filter(is_own_firm=True), method="kept"
    )
    trader = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Trader"), queryset=User.objects.filter(is_active=True)
    )
    reminded = django_filters.ChoiceFilter(
        label=gettext_lazy("Reminded"),
        choices=[
            ("never", gettext_lazy("never")),
            ("week", gettext_lazy("not in the last 7 days")),
            ("month", gettext_lazy("not in the last 30 days")),
        ],
        method="by_reminder",
    )

    class Meta:
        model = Counterparty
        fields: list[str] = []
        form = PlainForm

    def kept(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.matching(value)

    def by_reminder(self, queryset: Any, name: str, value: str) -> Any:
        import datetime as dt

        from django.db.models import Q
        from django.utils import timezone

        if value == "never":
            return queryset.filter(reminded_at=None)
        before = timezone.now() - dt.timedelta(days=7 if value == "week" else 30)
        return queryset.filter(Q(reminded_at=None) | Q(reminded_at__lt=before))


class ReminderList(ListPage):
    model = Counterparty
    filterset_class = ReminderFilter
    list_key = "finance.reminders"
    page_title = gettext_lazy("Payment reminders")
    export_permission = "finance.export_financialdocument"
    default_sort = "oldest"
    empty = Empty(gettext_lazy("Nobody is overdue"), gettext_lazy("Who pays late will stand here."))
    columns = [
        Column("name", gettext_lazy("Counterparty"), "full_name", sort=["sort_name"]),
        Column("number", gettext_lazy("EIK / number"), "number", css="is-code", default=False),
        Column("amount", gettext_lazy("Overdue, in EUR"), "overdue_eur", sort=["overdue_eur"], numeric=True,
               html=lambda party: format_money(party.overdue_eur, "EUR")),
        Column("oldest", gettext_lazy("Oldest, payable by"), "oldest", sort=["oldest"], css="number"),
        Column("late", gettext_lazy("Delay"), lambda party: (today() - party.oldest).days, numeric=True,
               html=lambda party: days((today() - party.oldest).days)),
        Column("trader", gettext_lazy("Trader"), "trader_name", sort=["trader__first_name", "trader__last_name"]),
        Column("reminded", gettext_lazy("Last reminder"), "reminded_at", sort=["reminded_at"],
               html=lambda party: reminded(party.reminded_at), css="number"),
    ]  # fmt: skip
    bulk_actions = [
        BulkAction("pdf", gettext_lazy("Reminders as one PDF"), print_many, icon="printer",
                   permission="finance.print_financialdocument", order=10),
        BulkAction("mail", gettext_lazy("Send reminders by e-mail"), send_many, icon="envelope",
                   permission="events.send_email", order=20,
                   confirm=gettext_lazy("Send a reminder to each of the chosen counterparties?")),
    ]  # fmt: skip

    def has_permission(self) -> bool:
        return Report.is_open_to(self.request.user)

    @property
    def firm(self) -> str:
        key = self.params.get("own_firm", "")
        return key if key.isdecimal() and len(key) < 19 else ""

    def base_queryset(self) -> QuerySet[Any]:
        user, firm = self.request.user, self.firm
        rows = open_documents(OuterRef("pk"), firm or None, today(), user).filter(RECEIVABLE & overdue(today()))
        rows = rows.order_by().values("party")
        late = open_documents(None, firm or None, today(), user).filter(RECEIVABLE & overdue(today()))
        return (
            Counterparty.objects.visible_to(user)
            .for_list()
            .filter(pk__in=late.order_by().values("party"))
            .annotate(
                overdue_eur=Subquery(rows.annotate(total=Sum("left_eur")).values("total"), output_field=MONEY_SUM),
                oldest=Subquery(rows.annotate(first=Min("payable_by")).values("first")),
                reminded_at=last_reminder(user),
            )
        )

    def get_filterset(self, filterset_class: Any) -> Any:
        filterset = super().get_filterset(filterset_class)
        firms = Counterparty.objects.own_firms_of(self.request.user).select_related("legal_form")
        filterset.form.fields["own_firm"].queryset = firms
        return filterset

    def row_url(self, obj: Any) -> str:
        from common.addresses import address

        url = address("finance:payment_reminder", obj.pk)
        return f"{url}?own_firm={self.firm}" if self.firm else url

    def row_actions(self, obj: Any) -> list[Action]:
        url = items_url("overdue", obj, today(), own_firm=self.firm or None)
        return [Action(_("Documents"), url, icon="list-ul")]


def days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def reminded(moment: Any) -> Any:
    return format_date(moment) if moment else tone("amber", gettext_lazy("never"))
