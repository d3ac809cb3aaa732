"""Pickers: what is offered is what is typed now, in whatever order the answers come."""

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.steps import settled
from tests.factories.counterparties import ClientFactory
from tests.factories.events import EmailFactory


def test_an_answer_that_was_overtaken_hides_nothing(page: Page, manager):
    ClientFactory(name="Алфа Трейд")
    ClientFactory(name="Бета Строй")
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        """The question asked with the first look into the picker waits until it is let go."""
        if held or "picker" not in route.request.url:
            route.continue_()
        else:
            held.append(route)

    letter = EmailFactory(sender_email="new@example.com")
    page.goto(f"{letter.get_absolute_url()}file/")
    settled(page)
    page.route("**/*q=*", hold_the_first)
    picker = page.locator("#field-party .ts-control")
    with page.expect_request("**/*q=*"):
        picker.click()
    with page.expect_response("**/*q=*"):
        page.keyboard.type("алфа")
    option = page.locator(".ts-dropdown:visible .option")
    expect(option).to_have_text([re.compile("Алфа Трейд")])

    with page.expect_response("**/*q=*"):
        held[0].continue_()

    expect(page.locator(".ts-wrapper.loading")).to_have_count(0)
    expect(option).to_have_text([re.compile("Алфа Трейд")])
    option.click()
    expect(picker).to_contain_text("Алфа Трейд")


def test_letters_that_come_before_the_look_into_the_picker_are_asked_for(page: Page, manager):
    ClientFactory(name="Алфа Трейд")
    ClientFactory(name="Бета Строй")
    letter = EmailFactory(sender_email="new@example.com")
    page.goto(f"{letter.get_absolute_url()}file/")
    settled(page)

    # A click gives the picker the focus in a moment; on a busy machine the first letters are there sooner.
    page.locator("[name=party]").evaluate(
        """(field) => {
            const picker = field.tomselect;
            picker.focus();
            picker.control_input.value = "алфа";
            picker.control_input.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }"""
    )

    expect(page.locator(".ts-dropdown:visible .option")).to_have_text([re.compile("Алфа Трейд")])
