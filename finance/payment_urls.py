"""Addresses of payments, cash desks and what is told of them; part of finance/urls.py."""

from django.urls import URLPattern, path

from finance.lists.cash import AccountBalances, CashDeskList
from finance.lists.payments import PaymentList
from finance.lists.settlements import DifferenceList
from finance.views import cash, payments

urlpatterns: list[URLPattern] = [
    path("payments/", PaymentList.as_view(), name="payment_list"),
    path("payments/add/", payments.payment_add, name="payment_add"),
    path("payments/<int:pk>/", payments.payment_detail, name="payment_detail"),
    path("payments/<int:pk>/edit/", payments.payment_edit, name="payment_edit"),
    path("payments/<int:pk>/post/", payments.payment_issue, name="payment_issue"),
    path("payments/<int:pk>/settle/", payments.payment_settle, name="payment_settle"),
    path("payments/<int:pk>/refund/", payments.payment_refund, name="payment_refund"),
    path("payments/<int:pk>/cancel/", payments.payment_cancel, name="payment_cancel"),
    path("payments/<int:pk>/delete/", payments.payment_delete, name="payment_delete"),
    path("settlements/<int:pk>/end/", payments.settlement_end, name="settlement_end"),
    path("exchange-differences/", DifferenceList.as_view(), name="exchange_differences"),
    path("account-balances/", AccountBalances.as_view(), name="account_balances"),
    path("cash-desks/", CashDeskList.as_view(), name="cashdesk_list"),
    path("cash-desks/add/", cash.cashdesk_add, name="cashdesk_add"),
    path("cash-desks/<int:pk>/", cash.cashdesk_detail, name="cashdesk_detail"),
    path("cash-desks/<int:pk>/edit/", cash.cashdesk_edit, name="cashdesk_edit"),
    path("cash-desks/<int:pk>/pdf/", cash.cashdesk_pdf, name="cashdesk_pdf"),
    path("cash-desks/<int:pk>/archive/", cash.cashdesk_archive, name="cashdesk_archive"),
    path("cash-desks/<int:pk>/restore/", cash.cashdesk_restore, name="cashdesk_restore"),
]
