from django.urls import URLPattern, path

from finance import document_urls, firm_urls, payment_urls, report_urls
from finance.lists.statements import StatementList
from finance.views import einvoices, prints, statements

app_name = "finance"

urlpatterns: list[URLPattern] = [
    # Financial documents
    *document_urls.urlpatterns,
    # Payments and cash desks
    *payment_urls.urlpatterns,
    # Bank statements
    path("statements/", StatementList.as_view(), name="bankstatement_list"),
    path("statements/add/", statements.statement_add, name="bankstatement_add"),
    path("statements/columns/<str:token>/", statements.statement_columns, name="bankstatement_columns"),
    path("statements/<int:pk>/", statements.statement_detail, name="bankstatement_detail"),
    path("statements/<int:pk>/book/", statements.statement_book_sure, name="bankstatement_book_sure"),
    path("statements/lines/<int:pk>/book/", statements.line_book, name="bankstatementline_book"),
    path("statements/lines/<int:pk>/transfer/", statements.line_transfer, name="bankstatementline_transfer"),
    path("statements/lines/<int:pk>/tie/", statements.line_tie, name="bankstatementline_tie"),
    path("statements/lines/<int:pk>/charge/", statements.line_charge, name="bankstatementline_charge"),
    path("statements/lines/<int:pk>/ignore/", statements.line_ignore, name="bankstatementline_ignore"),
    path("statements/lines/<int:pk>/take-back/", statements.line_take_back, name="bankstatementline_take_back"),
    # Figures, reports, papers about a party's account
    *report_urls.urlpatterns,
    # Periods, settings of own firms, offsets
    *firm_urls.urlpatterns,
    # Prints
    path("documents/print/", prints.document_bulk_print, name="document_bulk_print"),
    path("documents/<int:pk>/pdf/", prints.financialdocument_pdf, name="financialdocument_pdf"),
    path(
        "documents/<int:pk>/annulment/pdf/",
        prints.financialdocument_annulment_pdf,
        name="financialdocument_annulment_pdf",
    ),
    path("payments/<int:pk>/pdf/", prints.payment_pdf, name="payment_pdf"),
    # E-invoices
    path("documents/read-ubl/", einvoices.financialdocument_read_ubl, name="financialdocument_read_ubl"),
    path("documents/<int:pk>/ubl/", einvoices.financialdocument_ubl, name="financialdocument_ubl"),
]
