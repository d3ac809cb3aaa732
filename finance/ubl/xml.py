"""What reading and writing UBL share: the names of the namespaces, and opening a file that a stranger has sent."""

from django.utils.translation import gettext as _
from lxml import etree

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
INVOICE_NS = f"{_UBL}Invoice-2"
CREDIT_NOTE_NS = f"{_UBL}CreditNote-2"
CAC = f"{_UBL}CommonAggregateComponents-2"
CBC = f"{_UBL}CommonBasicComponents-2"
NS = {"cac": CAC, "cbc": CBC}

INVOICE = f"{{{INVOICE_NS}}}Invoice"
CREDIT_NOTE = f"{{{CREDIT_NOTE_NS}}}CreditNote"
_CII = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:"

# An invoice with a few attached documents fits; what is larger is not read at all.
MAX_BYTES = 10 * 1024 * 1024


class UblError(Exception):
    """The file or the invoice cannot be used; the message is for the user."""


def open_invoice(data: bytes) -> etree._Element:
    """The root of a UBL Invoice or CreditNote; nothing outside the file is fetched and no entity is replaced.

    Raises UblError for what is too large, is not XML, has a DTD, or is another kind of document.
    """
    if len(data) > MAX_BYTES:
        raise UblError(
            _("The file is larger than %(limit)s MB. An e-invoice of this size is not read.")
            % {"limit": MAX_BYTES // 1024 // 1024}
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UblError(_("The file is not readable XML, so it is not an e-invoice, or it is damaged.")) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UblError(_("The file contains a document type definition (DTD). Such files are refused for safety."))
    if root.tag in (INVOICE, CREDIT_NOTE):
        return root
    namespace = etree.QName(root).namespace or ""
    if namespace.startswith(_CII):
        raise UblError(
            _(
                "This is an e-invoice in the CII format (as in Factur-X and ZUGFeRD). Only the UBL format is read: "
                "ask the sender for a UBL file."
            )
        )
    if namespace.startswith(_UBL):
        raise UblError(
            _("This is a UBL file, but neither an invoice nor a credit note: %(kind)s.")
            % {"kind": etree.QName(root).localname}
        )
    raise UblError(_("The file is XML, but not an e-invoice in the UBL format."))
