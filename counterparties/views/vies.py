"""The button "fill": VIES gives name and address for a VAT number; whatever it answers, the form stays usable."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from counterparties import identifiers, vies
from counterparties.dossier import vies_receivers
from counterparties.forms import CounterpartyForm
from counterparties.kinds import Kind
from counterparties.models import Counterparty, LegalForm, ViesCheck
from counterparties.models.numbers import PERSONAL_TYPES
from counterparties.views.party import changeable_party


def asked_number(data: Any) -> str:
    """The VAT number to ask about: the one typed, else BG and the EIK. Raises ValidationError."""
    vat, number = data.get("vat_number", "")[:40], data.get("number", "")[:40]
    country = data.get("country", "BG")[:2] or "BG"
    if vat.strip():
        return identifiers.validate_vat_number(vat, country)
    if data.get("identifier_type") == "eik" and number.strip():
        eik = identifiers.validate_eik(number)
        return f"BG{eik[:9]}"
    raise ValidationError(_("Type the EIK or the VAT number first."))


def requester(user: Any) -> str:
    """The VAT number of an own firm: with it VIES gives a consultation number, which is proof."""
    firm = Counterparty.objects.own_firms_of(user).exclude(vat_number="").order_by("pk").first()
    return firm.vat_number if firm else ""


@login_required
@require_POST
def vies_fill(request: HttpRequest) -> HttpResponse:
    """Answer the form filled from VIES. Nothing that the user typed is overwritten; nothing is saved but the answer."""
    user: Any = request.user
    party = None
    if (key := request.GET.get("party", "")).isdecimal() and len(key) < 19:
        party = changeable_party(request, int(key))
    elif not any(user.has_perm(kind.permission("add")) for kind in Kind):
        raise PermissionDenied
    data = request.POST.copy()
    notice, level = "", "success"
    try:
        number = asked_number(data)
        answer = vies.check_vat_number(number, requester=requester(user))
    except ValidationError as refusal:
        notice, level = " ".join(refusal.messages), "danger"
    except vies.ViesError as failure:
        notice, level = str(failure), "warning"
    else:
        check = ViesCheck.objects.create(
            party=party,
            vat_number=masked(number, data),
            asked_at=answer.asked_at,
            asked_by=user,
            is_valid=answer.valid,
            name=answer.name[:500],
            address=answer.address[:1000],
            consultation_number=answer.consultation_number[:50],
        )
        if answer.valid:
            notice = fill(data, number, answer, user)
            data["vies_check"] = str(check.pk)
        else:
            notice, level = _("VIES says: this VAT number is not valid."), "warning"
    form = CounterpartyForm(data, user=user, instance=party)
    form.errors.clear()  # the user is not done yet; what is wrong is said when he saves
    context = {"form": form, "notice": notice, "notice_level": level}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "counterparties/_vies_fields.html", context)
    context |= {
        "page_title": str(party) if party else _("New party"),
        "cancel_url": party.get_absolute_url() if party else reverse("counterparties:counterparty_list"),
        "form_action": reverse("counterparties:counterparty_edit", args=[party.pk])
        if party
        else reverse("counterparties:counterparty_add"),
        "fill_url": request.get_full_path(),
        "hints_url": reverse("counterparties:duplicate_hints"),
        "intro": notice,
    }
    return render(request, "counterparties/counterparty_form.html", context)


def fill(data: Any, number: str, answer: vies.ViesAnswer, user: Any) -> str:
    """Put the answer into the empty fields of the form; return the sentence that says what came."""
    data["vat_number"] = number
    if data.get("vat_registration", "none") == "none":
        data["vat_registration"] = "full"
    if number.startswith("BG") and len(number) == 11 and not data.get("number"):
        data["number"], data["identifier_type"] = number[2:], "eik"
    if answer.name and not data.get("name") and data.get("person_kind") != "natural":
        name, form = split_legal_form(answer.name)
        data["name"] = name
        if form is not None and not data.get("legal_form"):
            data["legal_form"] = str(form.pk)
    said = [_("VIES: the number is valid.")]
    if answer.name:
        said.append(answer.name)
    if answer.address:
        said.append(answer.address)
        said += [str(one.promise) for one in vies_receivers if not one.permission or user.has_perm(one.permission)]
    if answer.consultation_number:
        said.append(_("Consultation number: %s") % answer.consultation_number)
    return " · ".join(said)


def split_legal_form(name: str) -> tuple[str, LegalForm | None]:
    """„АЛФА ТРЕЙД - ООД“ → АЛФА ТРЕЙД and the form ООД."""
    rest, _space, last = name.strip().rpartition(" ")
    form = LegalForm.objects.filter(name__iexact=last.strip(' -„“"')).first() if rest else None
    return (rest.rstrip(" -"), form) if form else (name.strip(), None)


def masked(number: str, data: Any) -> str:
    """A person's VAT number holds his personal number, which is not kept here."""
    of_a_person = data.get("person_kind") == "natural" or data.get("identifier_type") in PERSONAL_TYPES
    if number.startswith("BG") and len(number) == 12 and of_a_person:
        return f"BG{identifiers.mask(number[2:])}"
    return number
