"""People, places and accounts of a party."""

from contacts.models.accounts import BankAccount, BankCode
from contacts.models.addresses import Address
from contacts.models.imports import ImportMapping, ImportRow, PartyImport
from contacts.models.people import ContactLink, ContactLinkArea, ContactPerson, PersonEmail, PersonPhone
from contacts.models.places import District, Municipality, Settlement
from contacts.models.reference import ContactArea, ContactRole

__all__ = [
    "Address",
    "BankAccount",
    "BankCode",
    "ContactArea",
    "ContactLink",
    "ContactLinkArea",
    "ContactPerson",
    "ContactRole",
    "District",
    "ImportMapping",
    "ImportRow",
    "Municipality",
    "PartyImport",
    "PersonEmail",
    "PersonPhone",
    "Settlement",
]
