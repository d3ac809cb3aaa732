"""Content types that uploads know, the name endings that go with them, and the limits that opening keeps to."""

from django.utils.translation import gettext_lazy as _

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
MSG = "application/vnd.ms-outlook"
EML = "message/rfc822"
RTF = "application/rtf"
XML = "application/xml"
ZIP = "application/zip"
CMS = "application/pkcs7-mime"
ASICE = "application/vnd.etsi.asic-e+zip"

# Never accepted, whatever the name says.
HTML = "text/html"
SVG = "image/svg+xml"
MACRO = "application/vnd.ms-office.macro"
LOCKED = "application/encrypted"
PROGRAM = "application/x-executable"

# Name endings that go with a content type; the first is given to a stored file.
ENDINGS: dict[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg", ".jfif"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/tiff": (".tif", ".tiff"),
    "text/plain": (".txt", ".csv"),
    "text/csv": (".csv", ".txt"),
    XLSX: (".xlsx",),
    DOCX: (".docx",),
    PPTX: (".pptx",),
    ODT: (".odt",),
    ODS: (".ods",),
    ODP: (".odp",),
    DOC: (".doc",),
    XLS: (".xls",),
    PPT: (".ppt",),
    MSG: (".msg",),
    EML: (".eml",),
    RTF: (".rtf", ".doc"),  # Word itself names some so
    XML: (".xml",),
    ZIP: (".zip",),
    CMS: (".p7m", ".p7s"),
    ASICE: (".asice", ".sce"),
}
DOCUMENT_TYPES = (PDF, "image/png", "image/jpeg", "text/plain", "text/csv", XLSX, DOCX)
TABLE_TYPES = ("text/plain", "text/csv", XLSX)
# What an office keeps and sends.
OFFICE_TYPES = tuple(ENDINGS)
# What a browser may show beside our own page; everything else is downloaded.
INLINE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp", PDF)
# As Pillow calls them: no other of its readers is let near an upload.
PICTURES = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/tiff": "TIFF",
}

REFUSALS = {
    HTML: _("Web pages (HTML) are not accepted: a browser would run what they hold. Print the page to a PDF."),
    SVG: _("SVG drawings are not accepted: a browser would run what they hold. Save the drawing as PNG or PDF."),
    MACRO: _("Files with macros are not accepted. Save the document without macros and upload it again."),
    LOCKED: _("The document is locked with a password, so that it cannot be checked. Save it without one."),
    PROGRAM: _("Programs are not accepted."),
}
# In archives: what a double click would run.
PROGRAM_ENDINGS = frozenset([
    ".apk", ".appx", ".bat", ".chm", ".cmd", ".com", ".cpl", ".dll", ".exe", ".hta", ".jar", ".js", ".jse", ".lnk",
    ".msc", ".msi", ".msp", ".pif", ".ps1", ".psm1", ".reg", ".scf", ".scr", ".sh", ".sys", ".url", ".vb", ".vbe",
    ".vbs", ".ws", ".wsf", ".wsh",
])  # fmt: skip

MAX_PIXELS = 60_000_000
# Decoded whole to see whether they are whole (a JPEG is decoded small, whatever its size).
MAX_DECODED_PIXELS = 25_000_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_ENTRIES = 10_000
# How many times larger an archive may become, once it becomes more than this many bytes.
MAX_RATIO = 100
RATIO_FROM = 20 * 1024 * 1024
