"""Received letters: what is read of them, whose they are, and that each is here once."""

from __future__ import annotations

import datetime as dt
import io
from contextlib import suppress
from email.message import EmailMessage
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from common.models import Notification
from contacts.models import PersonEmail
from documents.models import File
from events.letters import raw_bytes
from events.models import Email, Event, EventParticipant
from events.reading_mail import MOST_ATTACHMENTS, read_letter
from events.receiving import AlreadyHere, Unreadable, file_into, take_in
from tests.counterparties.test_concurrency import at_once
from tests.events.outlook import outlook_letter
from tests.factories.contacts import ContactLinkFactory
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.events import EmailFactory, EventFactory, event_type
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, browser_of, signed_in, worker

pytestmark = pytest.mark.django_db

WHEN = dt.datetime(2026, 3, 2, 10, 15, tzinfo=dt.UTC)


def eml(
    sender: str = "Иван Иванов <ivan@example.com>", text: str = "Здравейте", attachments=(), **headers: str
) -> bytes:
    """A letter as a mail program sends it."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = headers.pop("to", "office@example.org")
    message["Subject"] = headers.pop("subject", "Оферта")
    message["Date"] = headers.pop("date", "Mon, 02 Mar 2026 12:15:00 +0200")
    message["Message-ID"] = headers.pop("message_id", "<first@example.com>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, data in attachments:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def known(email: str = "ivan@example.com", **fields):
    """A contact person who has the address, at a party."""
    link = ContactLinkFactory(**fields)
    PersonEmail.objects.create(person=link.person, email=email)
    return link


def picture(size: int) -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((size, size), 80).save(stream, "PNG")
    return stream.getvalue()


class TestReading:
    def test_a_usual_letter(self):
        letter = read_letter(eml(to="Мария <maria@example.org>, office@example.org", In_Reply_To="<asked@example.org>"))

        assert (letter.sender_name, letter.sender_email) == ("Иван Иванов", "ivan@example.com")
        assert [one["email"] for one in letter.recipients] == ["maria@example.org", "office@example.org"]
        assert (letter.subject, letter.text, letter.sent_at) == ("Оферта", "Здравейте", WHEN)
        assert letter.answered_ids == ["<asked@example.org>"]

    @pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-8", "iso-8859-5"])
    def test_cyrillic_in_the_charsets_that_are_met(self, charset):
        import base64

        subject = base64.b64encode("Фактура № 5".encode(charset if charset != "koi8-r" else "utf-8"))
        named = charset if charset != "koi8-r" else "utf-8"
        data = (
            b"From: ivan@example.com\r\nSubject: =?" + named.encode() + b"?B?" + subject + b"?=\r\n"
            b"Content-Type: text/plain; charset="
            + charset.encode()
            + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            + "Приложена е фактурата".encode(charset)
        )

        letter = read_letter(data)

        assert (letter.subject, letter.text) == ("Фактура № 5", "Приложена е фактурата")

    @pytest.mark.parametrize("charset", [b"", b"; charset=us-ascii", b"; charset=no-such-thing", b'; charset="'])
    def test_what_claims_a_wrong_charset_is_read_as_windows_writes(self, charset):
        data = (
            b"From: " + "Иван".encode("cp1251") + b" <ivan@example.com>\r\n"
            b"Subject: "
            + "Поръчка".encode("cp1251")
            + b"\r\nContent-Type: text/plain"
            + charset
            + b"\r\n\r\n"
            + "Добър ден".encode("cp1251")
        )

        letter = read_letter(data)

        assert (letter.sender_name, letter.subject, letter.text) == ("Иван", "Поръчка", "Добър ден")

    def test_a_subject_in_words_of_several_charsets(self):
        subject = b"Re: =?utf-8?B?0J7RhNC10YDRgtCw?= =?bad?Q?x=CF=F0?= =?utf-8?B?!!!?="
        data = b"From: a@example.com\r\nSubject: " + subject + b"\r\n\r\nx"

        assert read_letter(data).subject.startswith("Re: Оферта")

    def test_html_becomes_text_and_is_never_drawn(self):
        message = EmailMessage()
        message["From"] = "a@example.com"
        message.set_content(
            "<html><head><script>alert(1)</script></head><body><p>Здравейте</p><b>50 лв.</b></body></html>",
            subtype="html",
        )

        text = read_letter(message.as_bytes()).text

        assert "Здравейте" in text
        assert "50 лв." in text
        assert "alert" not in text
        assert "<" not in text

    @pytest.mark.parametrize("date", ["", "yesterday", "Mon, 02 Mar 2099 12:15:00 +0200",
                                      "Thu, 01 Jan 1970 00:00:00 +0000", "Mon, 99 Xyz 2026 25:61:61"])  # fmt: skip
    def test_a_date_that_cannot_be_gives_way_to_the_arrival(self, date):
        data = f"From: a@example.com\r\nDate: {date}\r\nMessage-ID: <d@example.com>\r\n\r\nx".encode()

        email = take_in(data, received_at=WHEN)

        assert email.dated_at == WHEN

    def test_a_letter_without_a_message_id_is_known_by_its_bytes(self):
        data = b"From: a@example.com\r\nSubject: x\r\n\r\nx"

        first = read_letter(data)

        assert first.message_id == read_letter(data).message_id
        assert first.message_id != read_letter(data + b"y").message_id
        assert len(first.message_id) <= 255

    @pytest.mark.parametrize("value", ["<" + "a" * 300 + "@example.com>", "no brackets or at", "<>", "\x00"])
    def test_a_strange_message_id_breaks_nothing(self, value):
        data = f"From: a@example.com\r\nMessage-ID: {value}\r\n\r\nx".encode()

        assert 0 < len(take_in(data).message_id) <= 255

    def test_signs_that_deceive_or_break_are_left_out(self):
        data = "From: a@example.com\r\nSubject: txt\u202egpj.exe\x00\r\n\r\nA\x00B\u202eC\x07".encode()

        letter = read_letter(data)

        assert letter.subject == "txtgpj.exe"
        assert letter.text == "ABC"

    def test_small_pictures_of_a_signature_are_left_out_and_large_ones_kept(self):
        message = EmailMessage()
        message["From"] = "a@example.com"
        message.set_content("x")
        for name, size in (("logo.png", 20), ("photo.png", 200)):
            message.add_attachment(
                picture(size), maintype="image", subtype="png", filename=name, disposition="inline", cid=f"<{name}>"
            )

        assert [one.name for one in read_letter(message.as_bytes()).attachments] == ["photo.png"]

    def test_a_letter_within_the_letter_is_an_attachment(self):
        message = EmailMessage()
        message["From"] = "a@example.com"
        message.set_content("Препращам")
        inner = EmailMessage()
        inner["Subject"] = "Вътрешно"
        inner["From"] = "b@example.com"
        inner.set_content("inside")
        message.add_attachment(inner)

        letter = read_letter(message.as_bytes())

        assert letter.text == "Препращам"
        assert [one.name for one in letter.attachments] == ["Вътрешно.eml"]

    @pytest.mark.parametrize(
        "data",
        [b"", b"\x00\x01\x02", b"%PDF-1.7 nothing", "само текст".encode(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"],
    )
    def test_what_is_no_letter_is_said_to_be_none(self, data):
        with pytest.raises(Unreadable):
            read_letter(data)

    def test_a_letter_nested_without_end_breaks_nothing(self):
        head = b"From: a@example.com\r\n"
        for number in range(3000):
            head += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number)

        with suppress(Unreadable):
            read_letter(head + b"\r\nx")

    def test_a_thousand_attachments_are_too_many_to_file_and_are_counted(self):
        letter = read_letter(eml(attachments=[(f"{n}.txt", b"x") for n in range(1000)]))

        assert (len(letter.attachments), letter.left_in) == (MOST_ATTACHMENTS, 1000 - MOST_ATTACHMENTS)

    def test_an_outlook_letter(self):
        data = outlook_letter(
            subject="Поръчка 5",
            text="Добър ден",
            sender=("Иван Иванов", "ivan@example.com"),
            to=[("Офис", "office@example.org")],
            sent_at=WHEN,
            attachments={"поръчка.txt": "ред".encode(), "голям.txt": b"x" * 9000},
        )

        letter = read_letter(data)

        assert (letter.sender_name, letter.sender_email) == ("Иван Иванов", "ivan@example.com")
        assert [one["email"] for one in letter.recipients] == ["office@example.org"]
        assert (letter.subject, letter.text, letter.sent_at) == ("Поръчка 5", "Добър ден", WHEN)
        assert [(one.name, len(one.data)) for one in letter.attachments] == [("поръчка.txt", 6), ("голям.txt", 9000)]

    def test_an_outlook_letter_that_came_over_the_internet_keeps_its_message_id(self):
        headers = "Message-ID: <same@example.com>\r\nDate: Mon, 02 Mar 2026 12:15:00 +0200\r\n"
        data = outlook_letter(subject="x", text="x", sender=("И", "ivan@example.com"), to=[], headers=headers)

        assert read_letter(data).message_id == "<same@example.com>"
        assert read_letter(data).sent_at == WHEN


class TestWhoseItIs:
    def test_from_a_contact_person_it_comes_into_the_dossier(self):
        trader = worker(*SEE_ALL, "events.view_event")
        link = known("Ivan@Example.com", party=ClientFactory(trader=trader))

        email = take_in(eml(attachments=[("договор.txt", "ред".encode())]))

        event = email.event
        assert event is not None
        assert (event.party, event.type, event.author) == (link.party, event_type("email"), trader)
        assert (event.starts_at, event.done_at, event.subject, event.text) == (WHEN, WHEN, "Оферта", "Здравейте")
        assert list(event.contacts.all()) == [link.person]
        (file,) = event.files.all()
        assert (file.name, file.origin, file.party) == ("договор.txt", File.Origin.EMAIL, link.party)
        assert list(email.files.all()) == [file]
        assert read_letter(raw_bytes(email)).message_id == email.message_id
        assert Notification.objects.get(user=trader).url == event.get_absolute_url()

    def test_from_a_stranger_it_waits_in_the_inbox(self):
        email = take_in(eml(attachments=[("a.txt", b"x")]))

        assert email.event is None
        assert email.attachment_names == "a.txt"
        assert list(Email.objects.in_inbox()) == [email]
        assert not File.objects.exists()

    def test_a_contact_whose_time_is_over_says_nothing(self):
        known(valid_to=timezone.localdate() - dt.timedelta(days=1))

        assert take_in(eml()).event is None

    def test_a_partys_own_address_counts_when_no_person_has_it(self):
        party = ClientFactory(email="ivan@example.com", trader=UserFactory())

        event = take_in(eml()).event

        assert event is not None
        assert event.party == party

    def test_someone_who_serves_two_parties_leaves_it_to_a_person(self):
        link = known()
        ContactLinkFactory(person=link.person)

        assert take_in(eml()).event is None

    def test_of_two_parties_the_one_whose_letter_is_answered(self):
        link = known(party=ClientFactory(trader=UserFactory()))
        ContactLinkFactory(person=link.person)
        asked = Email.outgoing(recipients=[], subject="x", text="x", event=EventFactory(party=link.party))
        asked.save()

        event = take_in(eml(In_Reply_To=asked.message_id)).event

        assert event is not None
        assert (event.party, event.follows) == (link.party, asked.event)

    def test_an_answer_to_a_private_letter_is_private_too(self):
        author, other = UserFactory(), UserFactory()
        link = known(party=ClientFactory(trader=UserFactory()))
        event = EventFactory(party=link.party, is_private=True, author=author)
        EventParticipant.objects.create(event=event, user=other)
        asked = Email.outgoing(recipients=[], subject="x", text="x", event=event, author=author)
        asked.save()

        answer = take_in(eml(In_Reply_To=asked.message_id, attachments=[("a.txt", b"x")])).event

        assert answer is not None
        assert (answer.is_private, answer.author) == (True, author)
        assert answer.may_be_seen_by() == sorted([author.pk, other.pk])
        assert File.objects.get().audience == sorted([author.pk, other.pk])

    def test_an_answer_to_a_private_letter_is_private_in_another_dossier_too(self):
        event = EventFactory(is_private=True)
        asked = Email.outgoing(recipients=[], subject="x", text="x", event=event, author=event.author)
        asked.save()
        link = known()

        answer = take_in(eml(In_Reply_To=asked.message_id)).event

        assert answer is not None
        assert (answer.party, answer.follows) == (link.party, None)
        assert answer.may_be_seen_by() == [event.author_id]

    def test_an_answer_to_a_private_letter_from_an_unknown_address_does_not_wait_where_others_read_it(self):
        event = EventFactory(is_private=True)
        asked = Email.outgoing(recipients=[], subject="x", text="x", event=event, author=event.author)
        asked.save()

        answer = take_in(eml(In_Reply_To=asked.message_id)).event

        assert answer is not None
        assert (answer.party, answer.is_private, answer.follows) == (event.party, True, event)

    @pytest.mark.parametrize("parties", ["all", "mine"])
    def test_who_does_not_see_the_dossier_any_more_is_told_nothing_of_the_letter(self, parties):
        author = worker(*SEE_ALL, "events.view_event", parties=parties)
        link = known(party=ClientFactory(trader=UserFactory()))
        asked = Email.outgoing(
            recipients=[], subject="x", text="x", event=EventFactory(party=link.party), author=author
        )
        asked.save()

        take_in(eml(In_Reply_To=asked.message_id))

        assert Notification.objects.filter(user=author).exists() == (parties == "all")

    def test_a_letter_that_we_wrote_elsewhere_belongs_to_whom_it_went(self):
        UserFactory(email="maria@example.org")
        link = known(party=ClientFactory(trader=UserFactory()))

        event = take_in(eml(sender="maria@example.org", to="ivan@example.com")).event

        assert event is not None
        assert event.party == link.party

    def test_a_letter_from_our_own_firm_does_not_go_into_its_dossier_but_to_the_recipient(self):
        OwnFirmFactory(email="office@example.org")
        link = known(party=ClientFactory(trader=UserFactory()))

        event = take_in(eml(sender="office@example.org", to="ivan@example.com")).event

        assert event is not None
        assert event.party == link.party


class TestOnce:
    def test_the_same_message_id_is_skipped(self):
        first = take_in(eml())

        with pytest.raises(AlreadyHere) as known_already:
            take_in(eml(text="друг текст"))

        assert known_already.value.email == first
        assert Email.objects.count() == 1

    def test_a_letter_of_ours_that_comes_back_is_skipped(self):
        sent = Email.outgoing(recipients=[], subject="x", text="x", event=EventFactory())
        sent.save()

        with pytest.raises(AlreadyHere):
            take_in(eml(message_id=sent.message_id), party=ClientFactory(), by=UserFactory())

    def test_a_letter_of_the_inbox_that_is_dropped_on_a_dossier_is_filed(self):
        waiting, party = take_in(eml()), ClientFactory()

        filed = take_in(eml(), party=party, by=UserFactory())

        assert filed.pk == waiting.pk
        assert filed.event is not None
        assert filed.event.party == party

    def test_a_letter_is_filed_only_once(self):
        email, user = take_in(eml()), UserFactory()
        file_into(email, ClientFactory(), user)

        with pytest.raises(AlreadyHere):
            file_into(email, ClientFactory(), user)

        assert Event.objects.count() == 1


class TestAttachments:
    def filed(self, *attachments):
        return take_in(eml(attachments=attachments), party=ClientFactory(), by=UserFactory())

    def test_a_name_that_lies_gets_the_ending_of_its_content(self):
        email = self.filed(("договор", b"%PDF-1.4 broken"), ("../../etc/passwd", b"x"), ("", b"y"), ("a.jpg", b"text"))

        assert sorted(email.files.values_list("name", flat=True)) == ["a.jpg.txt", "attachment-3.txt", "passwd.txt"]

    def test_what_is_refused_is_told_in_the_event_and_stays_in_the_letter(self):
        archive = io.BytesIO()
        with ZipFile(archive, "w") as made:
            made.writestr("virus.exe", b"MZ")

        email = self.filed(("a.zip", archive.getvalue()), ("page.html", b"<html><script>"), ("empty.txt", b""))

        assert email.event is not None
        assert list(email.files.all()) == []
        assert "a.zip: The archive holds a program" in email.event.text
        assert "page.html: Web pages" in email.event.text
        assert "empty.txt: The file is empty." in email.event.text
        assert b"virus.exe" in raw_bytes(email) or b"a.zip" in raw_bytes(email)

    def test_a_text_of_a_hundred_pages_fits_with_its_note(self):
        email = take_in(
            eml(text="дума " * 20_000, attachments=[("empty.txt", b"")]), party=ClientFactory(), by=UserFactory()
        )

        assert email.event is not None
        assert len(email.event.text) <= 20_000
        assert email.event.text.endswith("empty.txt: The file is empty.")


class TestDrop:
    RIGHTS = (*SEE_ALL, "events.view_event", "events.add_event", "documents.add_file", "documents.view_file")

    def drop(self, party, *files, json=False, user=None):
        browser = signed_in(user or worker(*self.RIGHTS))
        uploads = [SimpleUploadedFile(name, data) for name, data in files]
        headers = {"accept": "application/json"} if json else {}
        url = f"{reverse('events:email_drop')}?party={party.pk}"
        return browser.post(url, {"uploads": uploads}, headers=headers)

    def test_several_letters_are_filed_and_the_broken_ones_told(self):
        party = ClientFactory()

        answer = self.drop(
            party, ("a.eml", eml()), ("b.eml", b"nothing"), ("c.eml", eml(message_id="<second@example.com>"))
        )

        assert answer.status_code == 422
        assert "b.eml: This is no e-mail that can be read." in answer.content.decode()
        assert Event.objects.filter(party=party).count() == 2

    def test_the_answer_to_the_script_says_where_it_is(self):
        party = ClientFactory()

        answer = self.drop(party, ("a.eml", eml()), json=True)
        again = self.drop(party, ("a.eml", eml()), json=True)

        event = Event.objects.get()
        assert (answer.status_code, answer.json()["url"]) == (201, event.get_absolute_url())
        assert (again.status_code, again.json()["text"]) == (422, "This letter is here already.")
        assert again.json()["present"]["url"] == Email.objects.get().get_absolute_url()

    def test_a_letter_of_a_private_event_is_not_led_to(self):
        private = EventFactory(is_private=True)
        EmailFactory(event=private, message_id="<first@example.com>")

        answer = self.drop(ClientFactory(), ("a.eml", eml()), json=True)

        assert answer.json() == {"text": "This letter is here already."}

    @pytest.mark.parametrize("missing", ["events.add_event", "documents.add_file"])
    def test_both_rights_are_needed(self, missing):
        user = worker(*(right for right in self.RIGHTS if right != missing))

        assert self.drop(ClientFactory(), ("a.eml", eml()), user=user).status_code == 403

    def test_the_tab_of_events_offers_the_place(self):
        party = ClientFactory()
        url = reverse("counterparties:counterparty_tab", args=[party.pk, "events"])

        assert b"data-upload" in browser_of(*self.RIGHTS).get(url).content
        assert b"data-upload" not in browser_of(*SEE_ALL, "events.view_event").get(url).content


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_same_letter_from_the_mailbox_and_by_hand_at_once_is_here_once():
    party, user = ClientFactory(), UserFactory()

    def by_hand():
        return take_in(eml(), party=party, by=user)

    answers = at_once(*(refusing(deed) for deed in (by_hand, by_hand, lambda: take_in(eml()))))

    assert Email.objects.count() == 1
    assert Event.objects.filter(party=party).count() == 1
    assert sum(answer == "taken" for answer in answers) in (1, 2)  # one may have filed what the other took in


def refusing(deed):
    def run():
        try:
            deed()
        except AlreadyHere:
            return "here"
        return "taken"

    return run
