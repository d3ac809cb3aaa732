"""Two dossiers with many and with few financial documents: what opens one must cost what opens the other.

One document and one payment of each own firm go through their real life; the others are copies of them, written by SQL.
"""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pgtrigger
from django.db import connection, transaction

from bench.data import PARTIES
from common.dates import today
from contacts.models import BankAccount
from counterparties.models import Counterparty
from finance.models import (
    FinancialDocument,
    FinancialDocumentLine,
    FinancialDocumentTax,
    Payment,
    Settlement,
    Turnover,
)
from trade.models import VatRate
from users.models import User

SMALL, BIG = PARTIES - 4, PARTIES - 3
# Whose papers are made as users make them: what is copied from them fills whole pages of the two above.
MODEL = PARTIES - 5
SIZES = {SMALL: 100, BIG: 40_000}
# Others have a little each, so that the tables are not of these two alone.
OTHERS, FEW = 5_000, 4
# Of ten documents one is open, but of the large dossier one of a hundred: it has lived longer.
OPEN = {SMALL: 10, BIG: 100}
DAYS = 3 * 365


def fill_money() -> None:
    """Fill in documents, payments, settlements and turnover unless they are there."""
    if FinancialDocument.objects.exists():
        return
    started = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        models = templates()
        with pgtrigger.ignore():
            write_plan(cursor, [(document.pk, payment.pk) for document, payment in models])
            copy_documents(cursor)
            copy_payments(cursor)
            cursor.execute(SETTLEMENTS)
            cursor.execute(TURNOVER)
            for model in (FinancialDocument, Payment):
                write_history(cursor, model)
            for filled in (FinancialDocument, FinancialDocumentLine, FinancialDocumentTax, Payment):
                table = filled._meta.db_table
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM {table}))", [table]
                )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"Filled in {FinancialDocument.objects.count()} financial documents in {time.monotonic() - started:.0f} s.")


def templates() -> list[tuple[FinancialDocument, Payment]]:
    """For each of two own firms an issued invoice of 120.00 and a payment of it, made as users make them."""
    user = User.objects.get(username="bench")
    client = Counterparty.objects.get(pk=MODEL)
    Counterparty.objects.filter(pk__in=[MODEL, *SIZES]).update(is_client=True, is_supplier=False, is_bank=False)
    client.refresh_from_db()
    firms = list(Counterparty.objects.filter(is_own_firm=True).order_by("pk")[:2])
    rate = VatRate.objects.get(category="S", percent=20)
    made = []
    for firm in firms:
        number = f"BG{firm.registration_number}"
        Counterparty.objects.filter(pk=firm.pk).update(vat_number=number, vat_registration="full")
        firm.refresh_from_db()
        document = FinancialDocument(own_firm=firm, party=client, created_by=user)
        document.save()
        line = {"description": "Стока", "unit_price": Decimal(100), "vat_rate": rate}
        FinancialDocumentLine(document=document, position=1, **line).save()
        document.issue(user)
        account = BankAccount.objects.filter(party=firm)[0]
        payment = Payment(own_firm=firm, party=client, amount=Decimal("120.00"), account=account, created_by=user)
        payment.save()
        payment.issue(user)
        made.append((document, payment))
    return made


def write_plan(cursor: Any, keys: list[tuple[int, int]]) -> None:
    """What is to be copied: a row for each document with its party, day, net amount, and whether it is open."""
    (document_one, payment_one), (document_two, payment_two) = keys
    # Numbers and a day of our own alone: nothing that anybody typed.
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE plan ON COMMIT DROP AS
        SELECT row_number() OVER (ORDER BY on_day, party) + 1000 AS id, party, on_day, is_open,
               round((20 + mod(n * 37, 991) * 1.17)::numeric, 2) AS net,
               CASE mod(n, 2) WHEN 0 THEN {document_one} ELSE {document_two} END AS document,
               CASE mod(n, 2) WHEN 0 THEN {payment_one} ELSE {payment_two} END AS payment
          FROM (SELECT party, n, mod(n, every) = every - 1 AS is_open,
                       date '{today() - dt.timedelta(days=1)}' - ({DAYS} * (many - n) / many)::int AS on_day
                  FROM (SELECT {SMALL} AS party, {SIZES[SMALL]} AS many, {OPEN[SMALL]} AS every
                        UNION ALL SELECT {BIG}, {SIZES[BIG]}, {OPEN[BIG]}
                        UNION ALL SELECT p, {FEW}, 10 FROM generate_series(1, {OTHERS}) p) sizes,
                       generate_series(1, many) n) days
        """
    )
    cursor.execute("ANALYZE plan")


LEVS = "(plan.on_day <= '2025-12-31')"
RATE = f"CASE WHEN {LEVS} THEN 1.95583 ELSE 1 END"
CURRENCY = f"CASE WHEN {LEVS} THEN 'BGN' ELSE 'EUR' END"
VAT = "round(plan.net * 0.2, 2)"
NET_EUR, VAT_EUR = f"round(plan.net / ({RATE}), 2)", f"round({VAT} / ({RATE}), 2)"
GROSS, GROSS_EUR = f"(plan.net + {VAT})", f"({NET_EUR} + {VAT_EUR})"
# What is open is paid by half, so that there are as many payments as documents.
SETTLED, SETTLED_EUR = (
    f"CASE WHEN plan.is_open THEN round({amount} / 2, 2) ELSE {amount} END" for amount in (GROSS, GROSS_EUR)
)
MONTH = "date_trunc('month', plan.on_day)::date"
MOMENT = "plan.on_day + interval '10 hours'"


def copy_rows_of(cursor: Any, model: Any, key: str, changed: dict[str, str]) -> None:
    """Copy the template rows of the plan, with some columns by the plan's words. `key` says which row of which."""
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    columns = [str(field.column) for field in model._meta.concrete_fields]
    values = ", ".join(changed.get(column, f"t.{quote(column)}") for column in columns)
    names = ", ".join(quote(column) for column in columns)
    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM plan JOIN {table} t ON {key}")
    cursor.execute(f"ANALYZE {table}")


def copy_documents(cursor: Any) -> None:
    days = dict.fromkeys(("date", "tax_event_date"), "plan.on_day")
    due = dict.fromkeys(("due_date", "payable_by"), "plan.on_day + 14")
    moments = dict.fromkeys(("created_at", "updated_at", "issued_at"), MOMENT)
    copy_rows_of(
        cursor,
        FinancialDocument,
        "t.id = plan.document",
        {
            **days,
            **due,
            **moments,
            "id": "plan.id",
            "party_id": "plan.party",
            "number": "lpad(plan.id::text, 10, '0')",
            "position": "plan.id",
            "year": "extract(year FROM plan.on_day)",
            "vat_period": MONTH,
            "currency": CURRENCY,
            "rate": RATE,
            "net": "plan.net",
            "vat": VAT,
            "gross": GROSS,
            "net_eur": NET_EUR,
            "vat_eur": VAT_EUR,
            "gross_eur": GROSS_EUR,
            "owed": GROSS,
            "owed_eur": GROSS_EUR,
            "settled": SETTLED,
            "settled_eur": SETTLED_EUR,
            "search_text": "lpad(plan.id::text, 10, '0') || ' ' || plan.party",
        },
    )
    amounts = {"unit_price": "plan.net", "amount": "plan.net", "net": "plan.net", "net_eur": NET_EUR}
    of_document = {"id": "plan.id", "document_id": "plan.id"}
    copy_rows_of(cursor, FinancialDocumentLine, "t.document_id = plan.document", of_document | amounts)
    taxes = {"base": "plan.net", "tax": VAT, "base_eur": NET_EUR, "tax_eur": VAT_EUR}
    copy_rows_of(cursor, FinancialDocumentTax, "t.document_id = plan.document", of_document | taxes)


def copy_payments(cursor: Any) -> None:
    """A payment of the same day for each document."""
    moments = dict.fromkeys(("created_at", "updated_at", "issued_at"), MOMENT)
    copy_rows_of(
        cursor,
        Payment,
        "t.id = plan.payment",
        {
            **moments,
            "id": "plan.id",
            "party_id": "plan.party",
            "number": "'П-' || lpad(plan.id::text, 8, '0')",
            "position": "plan.id",
            "date": "plan.on_day",
            "currency": CURRENCY,
            "rate": RATE,
            "amount": SETTLED,
            "amount_eur": SETTLED_EUR,
            "settled": SETTLED,
            "settled_eur": SETTLED_EUR,
            "search_text": "lpad(plan.id::text, 8, '0')",
        },
    )


SETTLEMENTS = f"""
    INSERT INTO {Settlement._meta.db_table}
           (debit_document_id, credit_payment_id, debit_amount, credit_amount, debit_eur, credit_eur, "on", made_at)
    SELECT d.id, p.id, d.settled, p.settled, d.settled_eur, p.settled_eur, p.date, p.issued_at
      FROM {FinancialDocument._meta.db_table} d JOIN {Payment._meta.db_table} p ON p.id = d.id AND d.id > 1000
"""
TURNOVER = f"""
    INSERT INTO {Turnover._meta.db_table} (party_id, own_firm_id, currency, month, direction, net, net_eur)
    SELECT party_id, own_firm_id, currency, vat_period, direction, sum(net), sum(net_eur)
      FROM {FinancialDocument._meta.db_table} WHERE id > 1000 GROUP BY 1, 2, 3, 4, 5
        ON CONFLICT (party_id, direction, month, own_firm_id, currency)
        DO UPDATE SET net = {Turnover._meta.db_table}.net + excluded.net,
                      net_eur = {Turnover._meta.db_table}.net_eur + excluded.net_eur
"""


def write_history(cursor: Any, model: Any) -> None:
    """As if each row of the two had been added and then changed once."""
    target = model.pgh_event_model
    quote = connection.ops.quote_name
    columns = ", ".join(quote(one.column) for one in target._meta.concrete_fields if not one.name.startswith("pgh_"))
    for label, later in (("added", "0"), ("changed", "1")):
        cursor.execute(
            f"INSERT INTO {quote(target._meta.db_table)} (pgh_created_at, pgh_label, pgh_obj_id, {columns})"
            f" SELECT created_at + {later} * interval '1 hour', %s, id, {columns}"
            f" FROM {quote(model._meta.db_table)} WHERE party_id = ANY(%s) AND id > 1000",
            [label, list(SIZES)],
        )
