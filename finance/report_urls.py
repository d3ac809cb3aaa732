"""Addresses of figures, reports and the papers about a party's account."""

from django.urls import URLPattern, path

from finance.lists.reminders import ReminderList
from finance.views import accounts, reports

urlpatterns: list[URLPattern] = [
    path("figures/<slug:name>/", reports.figure_items, name="figure_items"),
    path("figures/<slug:name>/lines/", reports.figure_lines, name="figure_lines"),
    path("reports/", reports.report_list, name="report_list"),
    path("reports/<slug:slug>/", reports.report_detail, name="report"),
    path("reminders/", ReminderList.as_view(), name="reminder_list"),
    path("accounts/<int:pk>/statement/", accounts.account_statement, name="account_statement"),
    path("accounts/<int:pk>/confirmation/", accounts.balance_confirmation, name="balance_confirmation"),
    path("accounts/<int:pk>/reminder/", accounts.payment_reminder, name="payment_reminder"),
    path("accounts/<int:pk>/interest/", accounts.interest_sheet, name="interest_sheet"),
]
