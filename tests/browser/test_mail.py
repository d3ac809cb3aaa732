"""E-mail in a browser: a file is sent from the dossier, what failed is sent again, letters are dropped and filed."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contacts.models import PersonEmail
from events import sending
from events.models import Email
from tests.browser.steps import choose, panel, row, row_deed, save_in_panel, settled
from tests.events.mail_servers import smtp
from tests.events.test_receiving import eml
from tests.factories.contacts import ContactLinkFactory
from tests.factories.counterparties import ClientFactory, OwnFirmFactory
from tests.factories.documents import FileFactory
from tests.factories.events import EmailFactory, MailTemplateFactory


@pytest.fixture
def link(manager):
    party = ClientFactory(name="Алфа Трейд", trader=manager)
    made = ContactLinkFactory(party=party, is_primary=True, person__given_name="Анна", person__family_name="Колева")
    PersonEmail.objects.create(person=made.person, email="anna@example.com")
    OwnFirmFactory(name="Наша фирма")
    return made


def test_a_file_is_sent_from_the_dossier_and_stands_among_the_events(page: Page, link, settings):
    FileFactory(party=link.party, name="договор.txt")
    text = "Здравейте, {{ contact.name }}"
    MailTemplateFactory(name="Кратко", subject="Документи за {{ party.short_name }}", text=text)
    page.goto(f"/counterparties/{link.party_id}/files/")
    row_deed(page, "договор.txt", "Send by e-mail")
    expect(page.locator("#field-files .item")).to_contain_text("договор.txt")

    page.get_by_label(re.compile("Анна Колева <anna@example.com>")).check()
    page.get_by_label("Text").select_option(label="Кратко (Bulgarian)")
    expect(page.get_by_label("Subject")).to_have_value("Документи за Алфа Трейд")
    expect(page.get_by_label("Message")).to_have_value("Здравейте, Анна Колева")
    page.get_by_role("button", name="Send", exact=True).click()

    state = page.locator(".mail-state")
    expect(state).to_contain_text("waits to be sent")
    with smtp(settings) as server:
        sending.send_email(pk=Email.objects.get().pk)
    expect(state).to_contain_text(re.compile(r"\bsent\b"))
    expect(state).not_to_contain_text("waits")
    assert server.letters[0]["Subject"].strip() == "Документи за Алфа Трейд"
    page.goto(f"/counterparties/{link.party_id}/events/")
    expect(row(page, "Документи за Алфа Трейд")).to_contain_text("Анна Колева")


def test_what_was_typed_is_replaced_only_after_a_yes(page: Page, link):
    MailTemplateFactory(name="Кратко", subject="Друга тема", text="Друг текст")
    page.goto(f"/events/emails/new/?party={link.party_id}")
    page.get_by_label("Message").fill("Мой дълъг текст")

    page.get_by_label("Text").select_option(label="Кратко (Bulgarian)")
    page.get_by_role("button", name="Keep mine").click()
    expect(page.get_by_label("Message")).to_have_value("Мой дълъг текст")

    page.get_by_label("Text").select_option(index=0)
    page.get_by_label("Text").select_option(label="Кратко (Bulgarian)")
    page.get_by_role("button", name="Replace").click()
    expect(page.get_by_label("Message")).to_have_value("Друг текст")


def test_a_letter_that_failed_says_why_and_is_sent_again(page: Page, link, settings):
    page.goto(f"/events/emails/new/?party={link.party_id}&person={link.person_id}")
    page.get_by_label("Subject").fill("Оферта")
    page.get_by_label("Message").fill("Здравейте")
    page.get_by_role("button", name="Send", exact=True).click()
    state = page.locator(".mail-state")
    expect(state).to_contain_text("waits to be sent")
    pk = Email.objects.get().pk
    with smtp(settings, refuse=("anna@example.com",)):
        sending.send_email(pk=pk)
    expect(state).to_contain_text("anna@example.com (550 no such mailbox)")

    state.get_by_role("button", name="Send again").click()

    with smtp(settings):
        sending.send_email(pk=pk)
    expect(state).to_contain_text("2 attempts")
    expect(state).not_to_contain_text("550")


def test_of_a_letter_that_may_have_arrived_it_is_asked_first(page: Page, link, settings):
    page.goto(f"/events/emails/new/?party={link.party_id}&person={link.person_id}")
    page.get_by_label("Subject").fill("Оферта")
    page.get_by_label("Message").fill("Здравейте")
    page.get_by_role("button", name="Send", exact=True).click()
    state = page.locator(".mail-state")
    expect(state).to_contain_text("waits to be sent")
    with smtp(settings, cut="data"):
        sending.send_email(pk=Email.objects.get().pk)
    expect(state).to_contain_text("perhaps sent")

    state.get_by_role("link", name="Send again").click()
    expect(panel(page)).to_contain_text("may have arrived already")
    panel(page).get_by_role("button", name="Send once more").click()

    expect(state).to_contain_text("waits to be sent")


def test_a_letter_is_chosen_on_the_tab_of_events_and_stands_in_the_list(page: Page, link):
    page.goto(f"/counterparties/{link.party_id}/events/")
    letter = eml(sender="Анна <anna@example.com>", subject="Поръчка 17")

    letters: list[Any] = [
        {"name": "a.eml", "mimeType": "message/rfc822", "buffer": letter},
        {"name": "b.eml", "mimeType": "message/rfc822", "buffer": b"nothing"},
    ]
    page.locator("[data-upload] input[type=file]").set_input_files(letters)

    filed = page.locator(".upload-lines li", has_text="a.eml")
    expect(filed).to_contain_text("Filed")
    expect(filed.get_by_role("link", name="Open it")).to_have_attribute("href", re.compile("/events/[0-9]+/"))
    expect(page.locator(".upload-lines li", has_text="b.eml")).to_contain_text("This is no e-mail that can be read")
    expect(row(page, "Поръчка 17")).to_contain_text("Анна Колева")


def test_a_letter_of_the_inbox_is_filed_into_a_dossier(page: Page, link):
    EmailFactory(subject="Запитване", sender_email="new@example.com", sender_name="Петър Петров")
    page.goto("/events/inbox/")
    row_deed(page, "Запитване", "File into a dossier")
    choose(panel(page).locator("#field-party .ts-control"), "алфа", "Алфа Трейд")

    save_in_panel(page, "File")

    expect(row(page, "Запитване")).to_have_count(0)
    settled(page)
    page.goto(f"/counterparties/{link.party_id}/events/")
    expect(row(page, "Запитване")).to_be_visible()
