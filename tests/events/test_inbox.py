"""The inbox: what waits, whose it may be, and what is done with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import ContactLink, PersonEmail
from events.models import Email, Event
from events.receiving import take_in, take_in_unreadable
from tests.events.test_receiving import eml, known
from tests.factories.contacts import ContactLinkFactory
from tests.factories.counterparties import ClientFactory
from tests.factories.events import EmailFactory, EventFactory
from tests.factories.users import UserFactory
from tests.people import SEE_ALL, browser_of, signed_in, worker

pytestmark = pytest.mark.django_db
RIGHTS = (*SEE_ALL, "events.handle_inbox", "events.view_event", "contacts.view_contactperson")
INBOX = "/events/inbox/"


def suggested(page) -> list[list[str]]:
    return [[str(party) for party in row.object.suggested] for row in page.context["rows"]]


class TestList:
    def test_letters_that_wait_stand_in_it_the_newest_first(self):
        EmailFactory(subject="Първо", dated_at="2026-01-01T10:00Z", attachment_names="a.pdf\nb.pdf")
        EmailFactory(subject="Второ", dated_at="2026-01-02T10:00Z", sender_name="Иван")
        EmailFactory(subject="В досие", event=EventFactory())
        Email.outgoing(recipients=[], subject="Изпратено", text="").save()

        page = browser_of(*RIGHTS).get(INBOX)

        assert [row.object.subject for row in page.context["rows"]] == ["Второ", "Първо"]
        assert "a.pdf, b.pdf" in page.content.decode()

    @pytest.mark.parametrize("rows", [1, 3])
    def test_it_costs_the_same_with_one_row_and_with_three(self, rows):
        for number in range(rows):
            link = known(f"p{number}@example.com")
            ContactLinkFactory(person=link.person)
            EmailFactory(sender_email=f"p{number}@example.com")
        browser = browser_of(*RIGHTS)
        browser.get(INBOX)

        with CaptureQueriesContext(connection) as queries:
            browser.get(INBOX)

        assert len(queries) == 8

    def test_whose_a_letter_may_be(self):
        link = known("IVAN@example.com")
        other = ContactLinkFactory(person=link.person)
        answered = Email.outgoing(recipients=[], subject="x", text="x", event=EventFactory())
        answered.save()
        EmailFactory(sender_email="ivan@EXAMPLE.com", dated_at="2026-01-03T10:00Z")
        EmailFactory(in_reply_to=answered.message_id, sender_email="x@example.com", dated_at="2026-01-02T10:00Z")
        EmailFactory(sender_email="nobody@example.com", dated_at="2026-01-01T10:00Z")
        assert answered.event is not None

        found = suggested(browser_of(*RIGHTS).get(INBOX))

        assert found == [[str(link.party), str(other.party)], [str(answered.event.party)], []]

    def test_dossiers_that_one_may_not_see_are_not_suggested(self):
        known("ivan@example.com")
        private = Email.outgoing(recipients=[], subject="x", text="x", event=EventFactory(is_private=True))
        private.save()
        EmailFactory(sender_email="ivan@example.com", in_reply_to=private.message_id)

        user = worker(*RIGHTS, parties="own")

        assert suggested(signed_in(user).get(INBOX)) == [[]]

    def test_it_is_searched_and_exported(self):
        EmailFactory(subject="Оферта за парк")
        EmailFactory(sender_name="Петър")
        browser = browser_of(*RIGHTS)

        assert len(browser.get(f"{INBOX}?q=парк").context["rows"]) == 1
        assert len(browser.get(f"{INBOX}?q=петър").context["rows"]) == 1
        export: Any = browser.get(f"{INBOX}?export=csv")
        assert "Оферта за парк" in b"".join(export.streaming_content).decode("utf-8-sig")


class TestFiling:
    def url(self, email):
        return reverse("events:email_file", args=[email.pk])

    def test_a_letter_is_filed_with_its_attachments_and_leaves_the_inbox(self):
        email, party, user = take_in(eml(attachments=[("a.txt", b"x")])), ClientFactory(), worker(*RIGHTS)

        answer = signed_in(user).post(self.url(email), {"party": party.pk})

        event = Event.objects.get()
        assert answer.headers["Location"] == INBOX
        assert (event.party, event.author, event.starts_at) == (party, user, email.dated_at)
        assert [file.name for file in event.files.all()] == ["a.txt"]
        assert not Email.objects.in_inbox().exists()

    def test_the_only_dossier_that_it_may_belong_to_is_proposed(self):
        email = EmailFactory(sender_email="ivan@example.com")
        link = known("ivan@example.com")

        form = browser_of(*RIGHTS).get(self.url(email)).context["form"]

        assert form["party"].value() == link.party_id

    def test_a_new_contact_person_makes_the_next_letter_come_by_itself(self):
        party = ClientFactory(trader=UserFactory())
        email = take_in(eml(sender="Иван Петров Иванов <ivan@example.com>"))

        browser_of(*RIGHTS, "contacts.add_contactperson").post(self.url(email), {"party": party.pk, "new_person": "on"})

        link = ContactLink.objects.get(party=party)
        assert (link.person.name, link.is_primary) == ("Иван Петров Иванов", True)
        event = Event.objects.get()
        assert list(event.contacts.all()) == [link.person]
        next_one = take_in(eml(message_id="<next@example.com>"))
        assert next_one.event is not None
        assert next_one.event.party == party

    def test_the_address_is_added_to_someone_who_is_here(self):
        link, email = ContactLinkFactory(), take_in(eml())

        browser_of(*RIGHTS, "contacts.change_contactperson").post(
            self.url(email), {"party": link.party_id, "person": link.person_id}
        )

        assert PersonEmail.objects.get(person=link.person).email == "ivan@example.com"
        link.person.refresh_from_db()
        assert "ivan" in link.person.search_text

    def test_someone_who_serves_another_party_is_refused(self):
        link, email = ContactLinkFactory(), take_in(eml())

        answer = browser_of(*RIGHTS, "contacts.change_contactperson").post(
            self.url(email), {"party": ClientFactory().pk, "person": link.person_id}
        )

        assert answer.status_code == 422
        assert "does not serve this counterparty today" in answer.content.decode()

    def test_contacts_are_added_only_by_those_who_may(self):
        email, party = take_in(eml()), ClientFactory()

        browser_of(*RIGHTS).post(self.url(email), {"party": party.pk, "new_person": "on"})

        assert not ContactLink.objects.exists()
        assert Event.objects.count() == 1

    def test_a_dossier_that_one_does_not_see_cannot_be_chosen(self):
        email, user = take_in(eml()), worker(*RIGHTS, parties="own")

        answer = signed_in(user).post(self.url(email), {"party": ClientFactory().pk})

        assert answer.status_code == 422
        assert not Event.objects.exists()

    def test_a_letter_that_nobody_can_read_is_filed_as_it_is(self):
        email, party = take_in_unreadable(b"\x00broken", "Повредено."), ClientFactory()

        browser_of(*RIGHTS).post(self.url(email), {"party": party.pk})

        assert Event.objects.get().text == "Повредено."

    def test_a_letter_that_is_filed_already_is_not_there_any_more(self):
        email = EmailFactory(event=EventFactory())

        assert browser_of(*RIGHTS).get(self.url(email)).status_code == 404


class TestPuttingAside:
    def test_a_letter_is_put_aside_and_brought_back(self):
        email, browser = EmailFactory(), browser_of(*RIGHTS)

        browser.post(reverse("events:email_dismiss", args=[email.pk]))
        assert len(browser.get(INBOX).context["rows"]) == 0
        assert len(browser.get(f"{INBOX}?state=aside").context["rows"]) == 1

        browser.post(reverse("events:email_restore", args=[email.pk]))
        assert len(browser.get(INBOX).context["rows"]) == 1

    def test_many_at_once(self):
        letters = [EmailFactory() for _number in range(3)]
        user = worker(*RIGHTS)

        signed_in(user).post(INBOX, {"action": "put_aside", "selected": [letters[0].pk, letters[1].pk]})

        assert list(Email.objects.in_inbox()) == [letters[2]]
        letters[0].refresh_from_db()
        assert letters[0].dismissed_by == user


def test_the_page_of_a_waiting_letter_shows_text_and_deeds_and_never_its_html():
    email = take_in(eml(text="<script>alert(1)</script> Здравейте", attachments=[("a.txt", b"x")]))

    page = browser_of(*RIGHTS).get(email.get_absolute_url()).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt; Здравейте" in page
    assert "a.txt" in page
    assert "File into a dossier" in page


def test_the_whole_letter_is_downloaded_and_never_opened_by_the_browser():
    email = take_in(eml())

    answer: Any = browser_of(*RIGHTS).get(reverse("events:email_raw", args=[email.pk]))

    assert b"".join(answer.streaming_content).startswith(b"From: ")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


class TestAttachments:
    """Before a letter is filed its attachments are read out of the letter itself."""

    def attached(self, email: Email, number: int) -> str:
        return reverse("events:email_attachment", args=[email.pk, number])

    def test_each_is_offered_and_comes_as_a_download(self):
        email = take_in(eml(attachments=[("a.txt", b"one"), ("без край", "Име;цена\n".encode())]))
        browser = browser_of(*RIGHTS)

        page = browser.get(email.get_absolute_url()).content.decode()
        answer = browser.get(self.attached(email, 1))

        assert self.attached(email, 1) in page
        assert self.attached(email, 2) in page
        assert b"".join(answer) == b"one"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="a.txt"'
        assert "sandbox" in answer.headers["Content-Security-Policy"]

    def test_what_no_upload_may_be_is_named_with_the_reason_and_not_handed_out(self):
        email = take_in(eml(attachments=[("page.html", b"<html><script>alert(1)</script></html>"), ("a.txt", b"one")]))
        browser = browser_of(*RIGHTS)

        page = browser.get(email.get_absolute_url()).content.decode()

        assert "page.html" in page
        assert "Web pages (HTML) are not accepted" in page
        assert self.attached(email, 1) not in page
        assert [browser.get(self.attached(email, number)).status_code for number in (0, 1, 2, 3)] == [
            404, 404, 200, 404
        ]  # fmt: skip

    def test_of_a_filed_letter_the_files_of_the_dossier_are_shown(self):
        email = take_in(eml(attachments=[("a.txt", b"one")]), by=UserFactory(), party=ClientFactory())

        assert browser_of(*RIGHTS).get(self.attached(email, 1)).status_code == 404

    def test_a_letter_that_cannot_be_read_has_none(self):
        email = take_in_unreadable(b"\0", "why")
        browser = browser_of(*RIGHTS)

        assert browser.get(email.get_absolute_url()).status_code == 200
        assert browser.get(self.attached(email, 1)).status_code == 404
