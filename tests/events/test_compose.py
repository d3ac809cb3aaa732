"""Writing an e-mail: to whom, with what, and the event that logs it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts.models import PersonEmail
from documents.models import File
from events.models import Email, Event
from events.sending import TASK
from tests.factories.contacts import ContactLinkFactory
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.documents import FileFactory
from tests.factories.events import EmailFactory, EventFactory, MailTemplateFactory
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, browser_of, signed_in, worker

pytestmark = pytest.mark.django_db
RIGHTS = (*SEE_ALL, "events.send_email", "events.view_event", "contacts.view_contactperson", "documents.view_file",
          "documents.add_file")  # fmt: skip


def person_at(party, email="ivan@example.com", **fields):
    link = ContactLinkFactory(party=party, **fields)
    return PersonEmail.objects.create(person=link.person, email=email)


def page(party, **query):
    asked = "&".join(f"{name}={value}" for name, value in {"party": party.pk, **query}.items())
    return f"{reverse('events:email_compose')}?{asked}"


def queued(email: Email) -> bool:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return ProcrastinateJob.objects.filter(task_name=TASK, args={"pk": email.pk}).count() == 1


class TestSending:
    def test_a_letter_with_files_becomes_an_event_and_waits_in_the_queue(self):
        party, user = ClientFactory(), worker(*RIGHTS)
        one, present = person_at(party), FileFactory(party=party)
        browser = signed_in(user)

        answer = browser.post(
            page(party),
            {
                "people": [one.pk],
                "further": "Офис <office@example.net>, second@example.net",
                "cc": "boss@example.net",
                "bcc": "archive@example.net",
                "subject": "Документи",
                "text": "Здравейте,\nприложено.",
                "files": [present.pk],
                "uploads": [SimpleUploadedFile("нов.txt", b"new")],
            },
        )

        event = Event.objects.get()
        email = event.email
        assert answer.headers["Location"] == event.get_absolute_url()
        assert (event.type.code, event.party, event.author, event.done_by) == ("email", party, user, user)
        assert event.done_at is not None
        assert (event.subject, event.text) == ("Документи", "Здравейте,\nприложено.")
        assert list(event.contacts.all()) == [one.person]
        new = File.objects.exclude(pk=present.pk).get()
        assert (new.name, new.party) == ("нов.txt", party)
        assert set(event.files.all()) == set(email.files.all()) == {present, new}
        assert [(to["way"], to["email"]) for to in email.recipients] == [
            ("to", "ivan@example.com"),
            ("to", "office@example.net"),
            ("to", "second@example.net"),
            ("cc", "boss@example.net"),
            ("bcc", "archive@example.net"),
        ]
        assert (email.state, email.sender_name, queued(email)) == (Email.State.WAITING, str(user), True)
        shown = browser.get(event.get_absolute_url()).content.decode()
        assert "waits to be sent" in shown
        assert 'hx-trigger="every 2s"' in shown

    def test_a_refused_upload_keeps_all_that_was_typed_and_stores_nothing(self):
        party = ClientFactory()
        one = person_at(party)

        answer = browser_of(*RIGHTS).post(
            page(party),
            {
                "people": [one.pk],
                "subject": "Тема",
                "text": "Дълъг текст",
                "uploads": [SimpleUploadedFile("page.html", b"<html><script>")],
            },
        )

        assert answer.status_code == 422
        assert "Web pages (HTML) are not accepted" in answer.content.decode()
        assert "Дълъг текст" in answer.content.decode()
        assert not Event.objects.exists()
        assert not Email.objects.exists()
        assert not File.objects.exists()

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"further": ""}, "Choose at least one recipient"),
            ({"further": "ivan@", "cc": "x"}, "This is no e-mail address: ivan@"),
            ({"further": "a@example.com", "subject": ""}, "This field is required"),
            ({"further": "a@example.com", "text": "Здравейте, {{ contact.name }}"}, "{{ contact.name }}"),
            ({"further": "a@example.com", "subject": "За {{party.nothing}}"}, "{{ party.nothing }}"),
            ({"further": ", ".join(f"a{n}@example.com" for n in range(60))}, "at most 50"),
            ({"further": "a@example.com\r\nBcc: b@example.com"}, "This is no e-mail address"),
        ],
    )
    def test_bad_input_is_told_at_the_field(self, typed, words):
        answer = browser_of(*RIGHTS).post(page(ClientFactory()), {"subject": "Тема", "text": "Текст", **typed})

        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert not Email.objects.exists()

    def test_what_is_too_large_to_send_is_told_before(self, settings):
        settings.EMAIL_MAX_BYTES = 1024 * 1024
        upload = SimpleUploadedFile("a.txt", b"x" * 900_000)

        answer = browser_of(*RIGHTS).post(
            page(ClientFactory()), {"further": "a@example.com", "subject": "x", "text": "x", "uploads": [upload]}
        )

        assert "at most 1 MB can be sent" in answer.content.decode()
        assert "Choose the files once more" in answer.content.decode()

    def test_files_of_another_dossier_and_private_ones_cannot_be_attached(self):
        party = ClientFactory()
        for file in (FileFactory(), FileFactory(party=party, audience=[0])):
            answer = browser_of(*RIGHTS).post(
                page(party), {"further": "a@example.com", "subject": "x", "text": "x", "files": [file.pk]}
            )
            assert answer.status_code == 422
        assert not Email.objects.exists()

    def test_a_letter_with_a_private_file_is_as_private_as_the_file(self):
        user, other, third = worker(*RIGHTS), UserFactory(), UserFactory()
        party = ClientFactory()
        files = [
            FileFactory(party=party, audience=sorted([user.pk, other.pk])),
            FileFactory(party=party, audience=sorted([user.pk, other.pk, third.pk])),
        ]

        signed_in(user).post(
            page(party),
            {"further": "a@example.com", "subject": "x", "text": "x", "files": [file.pk for file in files]},
        )

        event = Email.objects.get().event
        assert event is not None
        assert event.may_be_seen_by() == sorted([user.pk, other.pk])

    def test_an_address_given_twice_gets_one_letter_and_means_its_person(self):
        party = ClientFactory()
        one = person_at(party)

        browser_of(*RIGHTS).post(
            page(party), {"further": "IVAN@example.com", "cc": "ivan@example.com", "subject": "x", "text": "x"}
        )

        email = Email.objects.get()
        assert [to["email"] for to in email.recipients] == ["IVAN@example.com"]
        assert email.event is not None
        assert list(email.event.contacts.all()) == [one.person]


class TestWhere:
    def test_from_a_contact_person_he_is_chosen(self):
        party = ClientFactory()
        other, one = person_at(party, "other@example.com"), person_at(party)

        form = browser_of(*RIGHTS).get(page(party, person=one.person_id)).context["form"]

        assert form["people"].value() == [str(one.pk)]
        assert str(other.pk) in [key for key, _label in form.fields["people"].choices]

    def test_the_main_contact_is_chosen_beforehand(self):
        party = ClientFactory(email="office@example.com")
        person_at(party, "other@example.com")
        main = person_at(party, is_primary=True)

        form = browser_of(*RIGHTS).get(page(party)).context["form"]

        assert form["people"].value() == [str(main.pk)]

    def test_so_is_the_only_person_who_has_an_address(self):
        party = ClientFactory(email="office@example.com")
        ContactLinkFactory(party=party, is_primary=True)
        one = person_at(party)
        browser = browser_of(*RIGHTS)

        assert browser.get(page(party)).context["form"]["people"].value() == [str(one.pk)]
        person_at(party, "second@example.com")
        assert browser.get(page(party)).context["form"]["people"].value() == []

    def test_from_a_file_it_is_attached(self):
        file = FileFactory()

        form = browser_of(*RIGHTS).get(f"{reverse('events:email_compose')}?file={file.pk}").context["form"]

        assert (form.party, form["files"].value()) == (file.party, [file.pk])

    @pytest.mark.parametrize("what", ["party", "person", "file", "answers"])
    def test_what_one_does_not_see_is_not_there(self, what):
        rows = {
            "party": ClientFactory,
            "person": lambda: ContactLinkFactory().person,
            "file": lambda: FileFactory(audience=[0]),
            "answers": lambda: EmailFactory(event=EventFactory(is_private=True)),
        }
        user = worker(*RIGHTS, parties="own" if what in ("party", "person") else "all")

        answer = signed_in(user).get(f"{reverse('events:email_compose')}?{what}={rows[what]().pk}")

        assert answer.status_code == 404

    def test_an_answer_quotes_and_names_what_it_answers(self):
        party = ClientFactory()
        one = person_at(party)
        got = EmailFactory(
            event=EventFactory(party=party),
            sender_email="Ivan@example.com",
            sender_name="Иван",
            subject="Оферта",
            text="Първи ред\nВтори ред",
        )
        browser = browser_of(*RIGHTS)
        url = f"{reverse('events:email_compose')}?answers={got.pk}"

        form = browser.get(url).context["form"]

        assert form["subject"].value() == "Re: Оферта"
        assert "> Първи ред\n> Втори ред" in form["text"].value()
        assert form["people"].value() == [str(one.pk)]
        browser.post(url, {"people": [one.pk], "subject": "Re: Оферта", "text": "Да"})
        sent = Email.objects.get(direction="out")
        assert sent.in_reply_to == got.message_id
        assert sent.event is not None
        assert sent.event.follows == got.event

    def test_an_answer_to_a_private_letter_stays_private(self):
        user = worker(*RIGHTS)
        event = EventFactory(is_private=True, author=user)
        got = EmailFactory(event=event)

        signed_in(user).post(
            f"{reverse('events:email_compose')}?answers={got.pk}",
            {"further": "a@example.com", "subject": "x", "text": "x", "uploads": [SimpleUploadedFile("a.txt", b"x")]},
        )

        sent = Email.objects.get(direction="out")
        assert sent.event is not None
        assert sent.event.is_private
        assert File.objects.get().audience == [user.pk]

    def test_two_clicks_send_one_letter_and_other_words_another(self):
        browser, party = browser_of(*RIGHTS), ClientFactory()
        draft = browser.get(page(party)).context["form"]["draft"].value()
        typed = {"further": "a@example.com", "subject": "x", "text": "x", "draft": draft}

        first, second = (browser.post(page(party), typed) for _click in range(2))
        other = browser.post(page(party), typed | {"text": "y"})

        assert first.status_code == second.status_code == 302
        assert first["Location"] == second["Location"] != other["Location"]
        assert Email.objects.count() == Event.objects.count() == 2
        browser.post(page(party), typed | {"draft": browser.get(page(party)).context["form"]["draft"].value()})
        assert Email.objects.count() == 3


class TestText:
    def fill(self, party, browser=None, **typed):
        return (browser or browser_of(*RIGHTS)).post(
            f"{reverse('events:email_text')}?party={party.pk}", typed, headers={"hx-request": "true"}
        )

    def test_a_text_is_filled_for_the_chosen_person_and_own_firm(self):
        party, firm = ClientFactory(name="Алфа"), OwnFirmFactory(name="Наша")
        one = person_at(party)
        template = MailTemplateFactory(
            subject="За {{ party.short_name }}", text="Здравейте, {{ contact.name }}. {{ own_firm.short_name }}"
        )

        form = self.fill(party, template=template.pk, people=[one.pk], own_firm=firm.pk).context["form"]

        assert form["subject"].value() == "За Алфа"
        assert form["text"].value() == f"Здравейте, {one.person.name}. Наша"

    def test_what_nobody_knows_stays_to_be_seen(self):
        party = ClientFactory()
        one, two = person_at(party), person_at(party, "b@example.com")

        form = self.fill(party, template=MailTemplateFactory().pk, people=[one.pk, two.pk]).context["form"]

        assert form["text"].value() == "Здравейте, {{ contact.name }}"

    def test_what_was_typed_is_not_replaced_without_asking(self):
        party, template = ClientFactory(), MailTemplateFactory(text="Ново")

        asked = self.fill(party, template=template.pk, subject="Моя", text="Мой текст")
        replaced = self.fill(party, template=template.pk, subject="Моя", text="Мой текст", replace="1")

        assert asked.context["form"]["text"].value() == "Мой текст"
        assert "Is the chosen text to replace it?" in asked.content.decode()
        assert replaced.context["form"]["text"].value() == "Ново"

    def test_what_a_text_filled_in_is_replaced_by_the_next_one(self):
        party, browser = ClientFactory(), browser_of(*RIGHTS)
        first = self.fill(party, browser, template=MailTemplateFactory(text="Едно").pk).context["form"]
        kept = {name: first[name].value() for name in ("subject", "text", "filled")}

        second = self.fill(party, browser, template=MailTemplateFactory(text="Друго").pk, **kept).context["form"]

        assert second["text"].value() == "Друго"

    def test_without_scripts_a_button_does_the_same_and_keeps_the_rest(self):
        party = ClientFactory()
        one = person_at(party)

        answer = browser_of(*RIGHTS).post(
            page(party), {"people": [one.pk], "cc": "a@example.com", "template": MailTemplateFactory().pk, "fill": "1"}
        )

        form = answer.context["form"]
        assert form["text"].value() == f"Здравейте, {one.person.name}"
        assert (form["people"].value(), form["cc"].value()) == ([str(one.pk)], "a@example.com")


class TestState:
    def letter(self, state, **fields):
        made = Email.outgoing(
            recipients=[{"name": "", "email": "a@example.com", "way": "to"}],
            subject="x",
            text="x",
            event=EventFactory(),
            **fields,
        )
        made.state, made.error = state, "Сървърът отказа."
        made.save()
        return made

    def test_a_failed_letter_says_why_and_is_sent_again_by_one_click(self):
        email, browser = self.letter(Email.State.FAILED), browser_of(*RIGHTS)
        assert email.event is not None

        shown = browser.get(email.event.get_absolute_url()).content.decode()
        browser.post(reverse("events:email_retry", args=[email.pk]))

        assert "Сървърът отказа." in shown
        assert "Send again" in shown
        email.refresh_from_db()
        assert (email.state, queued(email)) == (Email.State.WAITING, True)

    def test_of_a_letter_that_may_have_arrived_it_is_asked_first(self):
        email, browser = self.letter(Email.State.UNSURE), browser_of(*RIGHTS)
        url = reverse("events:email_retry", args=[email.pk])

        asked = [browser.get(url), browser.post(url)]

        assert all("may have arrived already" in answer.content.decode() for answer in asked)
        email.refresh_from_db()
        assert email.state == Email.State.UNSURE
        browser.post(url, {"sure": "1"})
        email.refresh_from_db()
        assert email.state == Email.State.WAITING

    def test_a_letter_that_was_sent_is_not_sent_again(self):
        email = self.letter(Email.State.SENT)

        answer = browser_of(*RIGHTS).post(reverse("events:email_retry", args=[email.pk]), follow=True)

        assert "not one that failed" in answer.content.decode()

    def test_the_state_stops_asking_once_it_is_known(self):
        browser, url = browser_of(*RIGHTS), "events:email_state"
        waiting, sent = self.letter(Email.State.WAITING), self.letter(Email.State.SENT)

        def part(email):
            return browser.get(reverse(url, args=[email.pk]), headers={"hx-request": "true"}).content.decode()

        assert "every 2s" in part(waiting)
        assert "every 2s" not in part(sent)

    def test_a_letter_of_a_private_event_is_nobody_elses(self):
        email = EmailFactory(event=EventFactory(is_private=True))
        browser = browser_of(*RIGHTS, "events.handle_inbox")

        for name in ("email_detail", "email_state", "email_raw", "email_retry"):
            assert browser.get(reverse(f"events:{name}", args=[email.pk])).status_code == 404


class TestTextsOfTheOffice:
    """Texts for e-mails are kept in the administration."""

    def save(self, **typed):
        from tests.people import superuser

        row = {"name": "Текст", "language": "bg", "subject": "", "text": "x", "order": 10, "is_active": "on", **typed}
        return signed_in(superuser()).post(reverse("admin:events_mailtemplate_add"), row)

    def test_a_text_with_placeholders_is_kept(self):
        answer = self.save(text="Здравейте, {{ contact.name }}")

        assert answer.status_code == 302

    @pytest.mark.parametrize("field", ["subject", "text"])
    def test_a_placeholder_that_nobody_fills_is_told(self, field):
        answer = self.save(**{field: "{{ party.nothing }}"})

        assert answer.status_code == 200
        assert "There is no such placeholder: {{ party.nothing }}" in answer.content.decode()


@pytest.mark.parametrize(("state", "words"), [("failed", "not sent"), ("unsure", "perhaps sent"), ("sent", "done")])
def test_the_list_of_events_does_not_call_done_what_was_not_sent(state, words):
    event = EventFactory(done_at="2026-01-01T10:00Z")
    EmailFactory(event=event, direction="out", state=state)

    page = browser_of(*RIGHTS).get(reverse("events:event_list")).content.decode()

    assert f">{words}</span>" in page


class TestDoors:
    """Where writing a letter is offered, and to whom."""

    def test_the_head_of_a_dossier_a_contact_person_and_a_file_offer_it(self):
        party = ClientFactory()
        one, file = person_at(party), FileFactory(party=party)
        silent = ContactLinkFactory(party=party)
        compose = reverse("events:email_compose")
        browser, reader = browser_of(*RIGHTS), browser_of(*(right for right in RIGHTS if right != "events.send_email"))
        places = {
            party.get_absolute_url(): f"{compose}?party={party.pk}",
            reverse("counterparties:counterparty_tab", args=[party.pk, "contacts"]): f"person={one.person_id}",
            one.person.get_absolute_url(): f"person={one.person_id}",
            reverse("counterparties:counterparty_tab", args=[party.pk, "files"]): f"file={file.pk}",
            file.get_absolute_url(): f"file={file.pk}",
        }

        for place, link in places.items():
            assert link in browser.get(place).content.decode(), place
            assert compose not in reader.get(place).content.decode(), place
        assert f"{compose}?" not in browser.get(silent.person.get_absolute_url()).content.decode()
