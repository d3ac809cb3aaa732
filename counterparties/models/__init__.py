"""The party record and its reference data."""

from counterparties.models.access import OwnFirmAccess, PersonalNumberAccess, RecentParty
from counterparties.models.details import CharacteristicValue, Relation, ServingFirm, ViesCheck
from counterparties.models.numbers import IdentifierType, PersonKind, VatRegistration
from counterparties.models.party import Counterparty
from counterparties.models.reference import Characteristic, LegalForm, PartyType, Status, StatusEffect

__all__ = [
    "Characteristic",
    "CharacteristicValue",
    "Counterparty",
    "IdentifierType",
    "LegalForm",
    "OwnFirmAccess",
    "PartyType",
    "PersonKind",
    "PersonalNumberAccess",
    "RecentParty",
    "Relation",
    "ServingFirm",
    "Status",
    "StatusEffect",
    "VatRegistration",
    "ViesCheck",
]
