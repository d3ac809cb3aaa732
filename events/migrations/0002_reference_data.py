"""Types of events, and the first texts for e-mails."""

from django.db import migrations

TYPES = [
    ("call", "обаждане", "call", "telephone", "green", 15),
    ("meeting", "среща", "meeting", "people", "blue", 60),
    ("email", "имейл", "e-mail", "envelope", "violet", None),
    ("task", "задача", "task", "check2-square", "amber", None),
    ("note", "бележка", "note", "sticky", "grey", None),
]
TEXTS = [
    (
        "plain",
        "празно писмо",
        "plain letter",
        "bg",
        "",
        "Уважаеми дами и господа,\n\n\n\nС уважение,\n{{ user.name }}\n{{ own_firm.name }}\n",
    ),
    (
        "documents",
        "изпращане на документи",
        "sending documents",
        "bg",
        "Документи за {{ party.name }}",
        "Здравейте, {{ contact.name }},\n\nприложено Ви изпращаме документите, за които разговаряхме. "
        "Моля, потвърдете получаването им.\n\nС уважение,\n{{ user.name }}\n{{ own_firm.name }}\n",
    ),
    (
        "meeting",
        "потвърждение на среща",
        "confirmation of a meeting",
        "bg",
        "Потвърждение на среща",
        "Здравейте, {{ contact.name }},\n\nпотвърждаваме уговорената среща. При промяна, моля, "
        "обадете ни се.\n\nС уважение,\n{{ user.name }}\n{{ own_firm.name }}\n",
    ),
]


def fill(apps, schema_editor):
    EventType = apps.get_model("events", "EventType")
    EventType.objects.bulk_create(
        EventType(code=code, name=name, name_en=name_en, icon=icon, color=color, minutes=minutes, order=order * 10)
        for order, (code, name, name_en, icon, color, minutes) in enumerate(TYPES, start=1)
    )
    MailTemplate = apps.get_model("events", "MailTemplate")
    MailTemplate.objects.bulk_create(
        MailTemplate(code=code, name=name, name_en=name_en, language=language, subject=subject, text=text, order=n * 10)
        for n, (code, name, name_en, language, subject, text) in enumerate(TEXTS, start=1)
    )


def empty(apps, schema_editor):
    for name in ("MailTemplate", "EventType"):
        apps.get_model("events", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [migrations.RunPython(fill, empty)]
