"""Files, letters, personal documents, forms: the smallest valid ones."""

import datetime as dt
import hashlib

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from common.dates import today
from documents.models import (
    File,
    FileContent,
    FileVersion,
    FormField,
    FormTemplate,
    FormValue,
    Letter,
    NumberSeries,
    PersonalDocument,
    PersonalDocumentType,
)
from tests.factories.counterparties import ClientFactory, NaturalPersonFactory, OwnFirmFactory


class FileContentFactory(DjangoModelFactory):
    """Bytes that are really stored; others for each n unless the test says which."""

    class Meta:
        model = FileContent

    class Params:
        data = factory.Sequence(lambda n: f"content {n}".encode())

    sha256 = factory.LazyAttribute(lambda o: hashlib.sha256(o.data).hexdigest())
    size = factory.LazyAttribute(lambda o: len(o.data))
    content_type = "text/plain"
    file = factory.LazyAttribute(lambda o: ContentFile(o.data, name=f"{o.sha256}.txt"))


class FileFactory(DjangoModelFactory):
    """A file with its first version."""

    class Meta:
        model = File
        skip_postgeneration_save = True

    party = factory.SubFactory(ClientFactory)
    content = factory.SubFactory(FileContentFactory)
    name = factory.Sequence(lambda n: f"file-{n}.txt")

    @factory.post_generation
    def first_version(self, create, extracted, **kwargs):
        if create:
            FileVersion.objects.create(file=self, number=1, content=self.content, name=self.name)


class NumberSeriesFactory(DjangoModelFactory):
    class Meta:
        model = NumberSeries

    own_firm = factory.SubFactory(OwnFirmFactory)
    code = "letters-in"
    year = factory.LazyFunction(lambda: today().year)


class LetterFactory(DjangoModelFactory):
    """An incoming letter, registered today."""

    class Meta:
        model = Letter

    own_firm = factory.SubFactory(OwnFirmFactory)
    party = factory.SubFactory(ClientFactory)
    subject = factory.Sequence(lambda n: f"Писмо {n}")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        letter = model_class(*args, **kwargs)
        letter.register(kwargs.get("registered_by"))
        return letter


class PersonalDocumentFactory(DjangoModelFactory):
    """A passport of a natural party, kept for a year; the number is synthetic."""

    class Meta:
        model = PersonalDocument

    party = factory.SubFactory(NaturalPersonFactory)
    type = factory.LazyFunction(lambda: PersonalDocumentType.objects.get(code="passport"))
    number = factory.Sequence(lambda n: f"{300000000 + n}")
    ground = "чл. 6, пар. 1, б. „б“ от Регламент (ЕС) 2016/679"
    purpose = "сключване на договор"
    keep_until = factory.LazyFunction(lambda: today() + dt.timedelta(days=365))


class FormTemplateFactory(DjangoModelFactory):
    class Meta:
        model = FormTemplate

    name = factory.Sequence(lambda n: f"Бланка {n}")
    text = "Днес се сключи договор с {{ party.name }}."


class FormFieldFactory(DjangoModelFactory):
    class Meta:
        model = FormField

    template = factory.SubFactory(FormTemplateFactory)
    code = factory.Sequence(lambda n: f"code_{n}")
    label = factory.Sequence(lambda n: f"Поле {n}")


class FormValueFactory(DjangoModelFactory):
    class Meta:
        model = FormValue

    party = factory.SubFactory(ClientFactory)
    field = factory.SubFactory(FormFieldFactory)
    value = "30"
