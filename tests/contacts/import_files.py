"""Small files of parties for the tests of imports, and what became of their rows."""

from contacts.importing import process
from contacts.models import PartyImport
from counterparties.models import Counterparty, IdentifierType
from tests.factories.counterparties import ClientFactory

IBAN = "BG80BNBG96611020345678"
EGN = "6101057509"  # of nobody: an example of the law's own check digit


def planned(text: str, user=None, *, update=False) -> PartyImport:
    made = process.upload(text.encode(), "parties.csv", user, update=update)
    process.dry_run(made)
    return made


def imported(text: str, user=None, *, update=False) -> PartyImport:
    made = planned(text, user, update=update)
    process.apply(made)
    return made


def table(*rows: dict[str, str]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return "\n".join(["\t".join(names), *("\t".join(row.get(name, "") for name in names) for row in rows)])


def row(**values: str) -> str:
    return table({"kinds": "client", "name": "Алфа"} | values)


def outcomes(made: PartyImport) -> list[str]:
    return [row.outcome for row in made.rows.all()]


def why(made: PartyImport) -> str:
    return " | ".join(" ".join(row.reasons) for row in made.rows.all())


def existing(**values) -> Counterparty:
    values = {"name": "Стара", "identifier_type": IdentifierType.EIK, "registration_number": "175074752"} | values
    return ClientFactory(**values)
