"""Asking VIES, the Commission's service, whether a VAT number is in force, and keeping the proof.

One question is one POST to `<VIES_URL>/check-vat-number`. The service answers 200 with `valid`, or tells a failure in
`errorWrappers` (any status) or in `userError` (status 200, `valid` false: not to be read as an invalid number).
Nothing is stored here, and no caller may depend on an answer: VIES is down for hours in some member states.
"""

import datetime
import json
import re
import time
from dataclasses import dataclass
from typing import Any, NoReturn

import requests
import urllib3
from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.text import clean_text
from counterparties.identifiers import EU_PREFIXES, normalise

MAX_ANSWER_BYTES = 64 * 1024
_NOT_DISCLOSED = "---"
_CONNECT_TIMEOUT = 3.0


class ViesError(Exception):
    """VIES gave no answer. `str()` is a sentence for the user, `code` the service's own word ("" when it had none)."""

    def __init__(self, message: str | Promise, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code

    def __str__(self) -> str:
        return str(self.message)


class ViesUnavailable(ViesError):
    """The question could not be answered now; the same question may be answered later."""


class ViesRefused(ViesError):
    """The question was not accepted; asking the same again will not help."""


@dataclass(frozen=True)
class ViesAnswer:
    """What VIES said. Name and address are empty where the member state does not disclose them."""

    valid: bool
    name: str
    address: str
    consultation_number: str
    asked_at: datetime.datetime
    country: str
    number: str

    @property
    def vat_number(self) -> str:
        return self.country + self.number


_UNAVAILABLE = _("VIES does not answer at the moment. Enter the data by hand and check the number later.")
_NOT_UNDERSTOOD = _("VIES answered in a way that could not be understood. Check the number later.")
_BUSY = _("VIES is overloaded at the moment. Try again in a few minutes.")
_UNAVAILABLE_CODES: dict[str, Promise] = {
    "MS_UNAVAILABLE": _("The register of this member state is not available at the moment. Check the number later."),
    "TIMEOUT": _("The register of this member state did not answer VIES in time. Check the number later."),
    "SERVICE_UNAVAILABLE": _UNAVAILABLE,
    "MS_MAX_CONCURRENT_REQ": _("The register of this member state is overloaded. Try again in a few minutes."),
    "MS_MAX_CONCURRENT_REQ_TIME": _("The register of this member state is overloaded. Try again in a few minutes."),
    "GLOBAL_MAX_CONCURRENT_REQ": _BUSY,
    "GLOBAL_MAX_CONCURRENT_REQ_TIME": _BUSY,
    "SERVER_BUSY": _BUSY,
}
_REFUSED_CODES: dict[str, Promise] = {
    "INVALID_INPUT": _("VIES does not accept this number: check its country and its digits."),
    "INVALID_REQUESTER_INFO": _("VIES does not accept our own VAT number: check it in the dossier of our firm."),
    "VAT_BLOCKED": _("VIES has blocked questions in the name of our VAT number."),
    "IP_BLOCKED": _("VIES has blocked questions from this server."),
}


def check_vat_number(vat_number: str, *, requester: str = "") -> ViesAnswer:
    """Ask VIES about a VAT number with its prefix ("BG175074752").

    `requester` is our own VAT number with prefix: with it VIES gives a consultation number, the proof that we asked.
    Takes at most about `settings.VIES_TIMEOUT` seconds. Raises ViesUnavailable or ViesRefused.
    """
    country, number = _split(vat_number)
    if country not in EU_PREFIXES:
        raise ViesRefused(_("VIES knows VAT numbers of member states of the EU and of Northern Ireland only."))
    question = {"countryCode": country, "vatNumber": number}
    if requester:
        question["requesterMemberStateCode"], question["requesterNumber"] = _split(requester)
    answer = _understand(_ask(question))
    return ViesAnswer(
        valid=answer["valid"],
        name=_plain(answer.get("name")),
        address=_plain(answer.get("address")),
        consultation_number=_plain(answer.get("requestIdentifier"))[:50],
        asked_at=_moment(answer.get("requestDate")),
        country=country,
        number=number,
    )


def _split(vat_number: str) -> tuple[str, str]:
    number = normalise(vat_number)
    return ("EL" if number.startswith("GR") else number[:2]), number[2:]


def _ask(question: dict[str, str]) -> bytes:
    timeout = settings.VIES_TIMEOUT
    deadline = time.monotonic() + timeout
    try:
        with requests.post(
            f"{settings.VIES_URL.rstrip('/')}/check-vat-number",
            json=question,
            # Unpacked answers only, so that what is counted below is what is kept.
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=(min(_CONNECT_TIMEOUT, timeout), timeout),
            allow_redirects=False,
            stream=True,
        ) as response:
            if 300 <= response.status_code < 400:
                raise ViesUnavailable(_NOT_UNDERSTOOD, f"HTTP {response.status_code}")
            return _read(response, deadline)
    # The body is read from urllib3 itself, whose errors and those of the socket are not all of `requests`.
    except (requests.RequestException, OSError, urllib3.exceptions.HTTPError):
        raise ViesUnavailable(_UNAVAILABLE) from None


def _read(response: requests.Response, deadline: float) -> bytes:
    """The body, unless it is too long or trickles past the deadline (a read time-out only sees single pauses)."""
    body = b""
    while chunk := response.raw.read1(8192):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise ViesUnavailable(_NOT_UNDERSTOOD, "TOO_LONG")
        if time.monotonic() > deadline:
            raise ViesUnavailable(_UNAVAILABLE)
    return body


def _understand(body: bytes) -> dict[str, Any]:
    """The answer as a dictionary that surely has a boolean `valid`; whatever else came is raised as an error."""
    try:
        answer = json.loads(body)
    # RecursionError: brackets nested without end.
    except (ValueError, RecursionError):
        raise ViesUnavailable(_NOT_UNDERSTOOD) from None
    if not isinstance(answer, dict):
        raise ViesUnavailable(_NOT_UNDERSTOOD)
    wrappers = answer.get("errorWrappers")
    if isinstance(wrappers, list) and wrappers:
        _fail(wrappers[0].get("error") if isinstance(wrappers[0], dict) else "")
    if answer.get("userError") not in (None, "", "VALID", "INVALID"):
        _fail(answer["userError"])
    if not isinstance(answer.get("valid"), bool) or answer.get("actionSucceed") is False:
        raise ViesUnavailable(_NOT_UNDERSTOOD)
    return answer


def _fail(code: Any) -> NoReturn:
    code = code[:50] if isinstance(code, str) else ""
    if code in _REFUSED_CODES:
        raise ViesRefused(_REFUSED_CODES[code], code)
    raise ViesUnavailable(_UNAVAILABLE_CODES.get(code, _UNAVAILABLE), code)


def _plain(value: Any) -> str:
    """A text of the answer on one line, at most 1,000 characters, safe to store and to show."""
    if not isinstance(value, str):
        return ""
    text = " ".join(value[:1000].split())
    try:
        text = clean_text(text)
    except ValueError:
        text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return "" if text == _NOT_DISCLOSED else text


def _moment(value: Any) -> datetime.datetime:
    """When VIES says it was asked; now, when it gives only a day or something unreadable."""
    try:
        moment = datetime.datetime.fromisoformat(value)
        return moment if "T" in value and moment.tzinfo else timezone.now()
    except (TypeError, ValueError):
        return timezone.now()


# -- Address ------------------------------------------------------------------------------------

_BULGARIAN_END = re.compile(
    r"(?P<street>.*?)[\s,]*(?:\bобл\.\s*(?P<district>[^,]+?)\s*,\s*)?"
    r"\b(?P<kind>гр|с|ман|к\.к)\.\s*(?P<settlement>[^\W\d][^,\d]*?)[\s,]*(?P<postal_code>[0-9]{4})?",
    re.IGNORECASE,
)


def split_address(text: str) -> dict[str, str]:
    """Part a Bulgarian address of VIES ("ул.ШИПКА №34 обл.СОФИЯ, гр.СОФИЯ 1000") as well as it goes.

    Gives "street", "district", "kind" (гр., с.), "settlement", "postal_code"; what is not recognised is empty, and a
    text that is not of this kind comes back whole as "street". A proposal for a form, not a fact.
    """
    bare = " ".join(text.split())
    match = _BULGARIAN_END.fullmatch(bare)
    if not match:
        return {"street": bare, "district": "", "kind": "", "settlement": "", "postal_code": ""}
    parts = {name: (part or "").strip(" ,") for name, part in match.groupdict().items()}
    return parts | {
        "district": _title(parts["district"]),
        "kind": parts["kind"].lower() + ".",
        "settlement": _title(parts["settlement"]),
    }


def _title(name: str) -> str:
    """СТАРА ЗАГОРА as Стара Загора; what has small letters already stays."""
    return name.title() if name.isupper() else name
