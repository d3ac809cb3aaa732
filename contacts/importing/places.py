"""Districts and settlements named in a file, found among the official ones; what is not found stays as typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from common.text import fold
from contacts.models import District, Settlement
from contacts.querysets import strip_kind

# The capital and the district around it share a name; people tell them apart in these words.
_SOFIA = {
    "SOF": ("софия", "софия град", "софия столица", "столица", "столична"),
    "SFO": ("софия", "софия област", "софийска"),
}
_DISTRICT_WORD = re.compile(r"^(?:област|обл\.?|district|region)\s+|\s+(?:област|district|region)$", re.IGNORECASE)
_TOWN_IN_ADDRESS = re.compile(
    r"^(?:(\d{4})\s+)?((?:гр|с|ман)\.\s*[^,;\d]{2,60}?)\s*(\d{4})?\s*(?:[,;]|$)", re.IGNORECASE
)


@dataclass
class Places:
    """The official places in memory, by folded name."""

    districts: dict[str, list[District]] = field(default_factory=dict)
    settlements: dict[str, list[Settlement]] = field(default_factory=dict)
    found: dict[tuple[str, str, str], Settlement | None] = field(default_factory=dict)

    @classmethod
    def load(cls) -> Places:
        places = cls()
        for district in District.objects.all():
            others = _SOFIA.get(district.code, ())
            for name in {fold(text) for text in (district.name, district.name_latin, district.code, *others)} - {""}:
                places.districts.setdefault(name, []).append(district)
        rows = Settlement.objects.select_related("municipality", "district").defer("search_text")
        for settlement in rows:
            for name in {fold(settlement.name), fold(settlement.name_latin)} - {""}:
                places.settlements.setdefault(name, []).append(settlement)
        return places

    def districts_named(self, text: str) -> list[District]:
        """Those the text may mean: „София“ alone is the capital's as well as the district around it."""
        return self.districts.get(fold(text)) or self.districts.get(fold(_DISTRICT_WORD.sub("", text.strip())), [])

    def find(self, text: str, district: str, postal_code: str) -> Settlement | None:
        """The one settlement of this name; None when there is none, or several and nothing tells them apart."""
        asked = (text, district, postal_code)
        if asked not in self.found:
            self.found[asked] = self._find(*asked)
        return self.found[asked]

    def _find(self, text: str, district: str, postal_code: str) -> Settlement | None:
        found = self.settlements.get(fold(strip_kind(text)), [])
        kind = next((kind for kind in Settlement.Kind.values if text.strip().lower().startswith(kind)), "")
        if kind:
            found = [one for one in found if one.kind == kind]
        if district:
            codes = {one.code for one in self.districts_named(district)}
            found = [one for one in found if one.district_id in codes]
        if len(found) > 1 and postal_code:
            found = [one for one in found if one.postal_code == postal_code] or found
        return found[0] if len(found) == 1 else None

    def is_ambiguous(self, text: str) -> bool:
        return len(self.settlements.get(fold(strip_kind(text)), [])) > 1


def town_in_address(address: str) -> tuple[str, str, str]:
    """Settlement, postal code and the rest of an address that begins with its settlement: „гр. София 1000, ул. …“."""
    match = _TOWN_IN_ADDRESS.match(address.strip())
    if match is None:
        return "", "", address
    return match[2].strip(), match[1] or match[3] or "", address.strip()[match.end() :].strip(" ,;")
