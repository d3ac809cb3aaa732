"""Addresses of financial documents."""

from __future__ import annotations

from django.urls import URLPattern, path

from finance.lists.documents import DocumentList
from finance.views import document_forms, document_pickers, documents

urlpatterns: list[URLPattern] = [
    path("documents/", DocumentList.as_view(), name="financialdocument_list"),
    path("documents/add/", document_forms.financialdocument_add, name="financialdocument_add"),
    path("documents/picker/", document_pickers.financialdocument_picker, name="financialdocument_picker"),
    path("documents/rate/", document_pickers.exchange_rate, name="exchange_rate"),
    path("documents/<int:pk>/", documents.financialdocument_detail, name="financialdocument_detail"),
    path("documents/<int:pk>/edit/", document_forms.financialdocument_edit, name="financialdocument_edit"),
    path("documents/<int:pk>/delete/", document_forms.financialdocument_delete, name="financialdocument_delete"),
    path("documents/<int:pk>/issue/", documents.financialdocument_issue, name="financialdocument_issue"),
    path("documents/<int:pk>/cancel/", documents.financialdocument_cancel, name="financialdocument_cancel"),
    path("documents/<int:pk>/copy/", documents.financialdocument_copy, name="financialdocument_copy"),
    path("documents/<int:pk>/make/", documents.financialdocument_make, name="financialdocument_make"),
    path("documents/<int:pk>/deduct/", documents.financialdocument_deduct, name="financialdocument_deduct"),
]
