"""Number series, files, registered letters, personal documents, forms."""

from documents.models.blanks import FilledForm, FormField, FormTemplate, FormValue
from documents.models.files import File, FileCategory, FileContent, FileVersion
from documents.models.letters import Letter
from documents.models.numbers import NumberSeries
from documents.models.personal import PersonalDocument, PersonalDocumentAccess, PersonalDocumentType

__all__ = [
    "File",
    "FileCategory",
    "FileContent",
    "FileVersion",
    "FilledForm",
    "FormField",
    "FormTemplate",
    "FormValue",
    "Letter",
    "NumberSeries",
    "PersonalDocument",
    "PersonalDocumentAccess",
    "PersonalDocumentType",
]
