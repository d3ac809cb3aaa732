"""Categories of files and types of personal documents."""

from django.db import migrations

CATEGORIES = [
    ("contract", "договор", "contract"),
    ("annex", "анекс", "annex"),
    ("correspondence", "кореспонденция", "correspondence"),
    ("certificate", "сертификат / удостоверение", "certificate"),
    ("declaration", "декларация", "declaration"),
    ("authorisation", "пълномощно", "authorisation"),
    ("financial", "финансов документ", "financial document"),
    ("price-list", "ценова листа", "price list"),
    ("technical", "техническа документация", "technical documents"),
    ("photo", "снимка", "photo"),
    ("other", "друго", "other"),
]
# The format of the number is asked of Bulgarian papers alone; of residence papers none is known for sure.
PAPERS = [
    ("id-card", "лична карта", "identity card", "id_card"),
    ("passport", "паспорт", "passport", "nine_digits"),
    ("driving-licence", "свидетелство за управление на МПС", "driving licence", "nine_digits"),
    ("residence-permit", "разрешение за пребиваване", "residence permit", "free"),
    ("eu-residence", "удостоверение за пребиваване на гражданин на ЕС", "EU citizen's residence certificate", "free"),
    ("eu-family-card", "карта на член на семейство на гражданин на ЕС", "EU family member's residence card", "free"),
    ("temporary-card", "временна карта", "temporary card", "free"),
    ("foreign-id", "чуждестранен документ за самоличност", "foreign identity document", "free"),
]


def fill(apps, schema_editor):
    FileCategory = apps.get_model("documents", "FileCategory")
    FileCategory.objects.bulk_create(
        FileCategory(code=code, name=name, name_en=name_en, order=order * 10)
        for order, (code, name, name_en) in enumerate(CATEGORIES, start=1)
    )
    PersonalDocumentType = apps.get_model("documents", "PersonalDocumentType")
    PersonalDocumentType.objects.bulk_create(
        PersonalDocumentType(code=code, name=name, name_en=name_en, number_format=number_format, order=order * 10)
        for order, (code, name, name_en, number_format) in enumerate(PAPERS, start=1)
    )


def empty(apps, schema_editor):
    for name in ("PersonalDocumentType", "FileCategory"):
        apps.get_model("documents", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]

    operations = [migrations.RunPython(fill, empty)]
