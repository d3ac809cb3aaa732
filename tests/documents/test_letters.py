"""The correspondence register: numbers by firm, direction and year; answers; what is cancelled keeps its number."""

from __future__ import annotations

import datetime as dt
import io
import threading
import uuid
from typing import Any, ClassVar

import pypdfium2
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from common.dates import today
from common.jobs import run_job
from common.models import Job
from documents.models import File, Letter, NumberSeries
from tests.factories.counterparties import ClientFactory, OwnFirmAccessFactory, OwnFirmFactory
from tests.factories.documents import FileFactory, LetterFactory, NumberSeriesFactory
from tests.people import SEE_ALL, browser_of, fresh, signed_in, superuser, worker

REGISTER = "/documents/letters/"
ADD = "/documents/letters/add/"
RIGHTS = (*SEE_ALL, "documents.view_letter", "documents.add_letter", "documents.change_letter", "documents.view_file",
          "documents.add_file", "documents.cancel_letter", "documents.export_letter")  # fmt: skip


def typed(firm, **fields) -> dict:
    return {
        "direction": "in", "own_firm": firm.pk, "registered_on": f"{today():%d.%m.%Y}", "way": "post",
        "subject": "Искане за документи",
    } | fields  # fmt: skip


@pytest.mark.django_db
class TestRegistering:
    def test_each_direction_of_each_firm_counts_for_itself(self):
        firm, other = OwnFirmFactory(), OwnFirmFactory()

        letters = [
            LetterFactory(own_firm=firm),
            LetterFactory(own_firm=firm),
            LetterFactory(own_firm=firm, direction="out"),
            LetterFactory(own_firm=other),
        ]

        assert [letter.number for letter in letters] == ["1", "2", "1", "1"]
        assert letters[1].full_number == f"вх. № 2/{today():%d.%m.%Y} г."
        assert letters[2].full_number.startswith("изх. № 1/")

    def test_a_letter_of_last_year_is_entered_in_last_years_register(self):
        firm = OwnFirmFactory()
        LetterFactory(own_firm=firm)

        late = LetterFactory(own_firm=firm, registered_on=dt.date(today().year - 1, 12, 30))

        assert (late.number, late.year) == ("1", today().year - 1)

    def test_the_form_registers_and_says_the_number(self):
        firm, party = OwnFirmFactory(), ClientFactory()
        browser = browser_of(*RIGHTS)

        answer = browser.post(f"{ADD}?party={party.pk}", typed(firm, senders_number="12/2026"), follow=True)

        letter = Letter.objects.get()
        assert (letter.party, letter.own_firm, letter.number, letter.senders_number) == (party, firm, "1", "12/2026")
        assert f"Registered under вх. № 1/{today():%d.%m.%Y} г." in answer.content.decode()

    def test_the_firm_that_last_wrote_with_the_party_is_proposed(self):
        OwnFirmFactory(name="Алфа Трейд")
        firm, party = OwnFirmFactory(name="Омега Трейд"), ClientFactory()
        LetterFactory(own_firm=firm, party=party)

        page = browser_of(*RIGHTS).get(f"{ADD}?party={party.pk}")

        assert page.context["form"]["own_firm"].value() == firm.pk

    def test_a_new_file_is_kept_in_the_dossier_with_the_letter(self):
        firm, party = OwnFirmFactory(), ClientFactory()
        upload = SimpleUploadedFile("писмо.txt", "Уважаеми дами и господа".encode())

        browser_of(*RIGHTS).post(f"{ADD}?party={party.pk}", typed(firm, upload=upload))

        letter = Letter.objects.get()
        assert letter.file == File.objects.get()
        assert (letter.file.party, letter.file.name) == (party, "писмо.txt")

    def test_a_refused_file_is_told_at_its_field_and_takes_no_number(self):
        firm, party = OwnFirmFactory(), ClientFactory()
        upload = SimpleUploadedFile("писмо.pdf", b"<html><script>alert(1)</script></html>")

        answer = browser_of(*RIGHTS).post(f"{ADD}?party={party.pk}", typed(firm, upload=upload))

        assert answer.status_code == 422
        assert answer.context["form"].errors["upload"]
        assert not Letter.objects.exists()
        assert not NumberSeries.objects.exists()
        assert "Искане за документи" in answer.content.decode()

    def test_a_used_up_range_is_told_and_nothing_is_lost(self):
        firm, party = OwnFirmFactory(), ClientFactory()
        NumberSeriesFactory(own_firm=firm, last_number=1, next_number=2)

        answer = browser_of(*RIGHTS).post(f"{ADD}?party={party.pk}", typed(firm))

        assert answer.status_code == 422
        assert "used up" in str(answer.context["form"].non_field_errors())
        assert "Искане за документи" in answer.content.decode()

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"registered_on": f"{today() + dt.timedelta(days=1):%d.%m.%Y}"}, "registered_on"),
            ({"registered_on": f"01.01.{today().year - 2}"}, "registered_on"),
            ({"answer_due": f"{today() - dt.timedelta(days=1):%d.%m.%Y}"}, "answer_due"),
            ({"subject": ""}, "subject"),
            ({"registered_on": "31.02.2026"}, "registered_on"),
        ],
    )
    def test_what_cannot_be_is_told_at_its_field(self, fields, field):
        firm, party = OwnFirmFactory(), ClientFactory()

        answer = browser_of(*RIGHTS).post(f"{ADD}?party={party.pk}", typed(firm, **fields))

        assert field in answer.context["form"].errors
        assert not Letter.objects.exists()

    def test_without_a_party_one_is_asked_for_first(self):
        OwnFirmFactory()

        answer = browser_of(*RIGHTS).get(ADD)

        assert "whose" in answer.context["form"].fields
        assert "autofocus" in str(answer.context["form"]["whose"])
        assert answer.context["cancel_url"] == REGISTER

    def test_what_the_address_said_is_kept_when_the_party_is_chosen(self):
        firm = OwnFirmFactory()

        answer: Any = browser_of(*RIGHTS).post(f"{ADD}?direction=out&next=/", {"whose": firm.pk})

        assert answer.url == f"{ADD}?party={firm.pk}&direction=out&next=%2F"

    def test_the_same_form_sent_twice_registers_one_letter(self):
        firm, party = OwnFirmFactory(), ClientFactory()
        browser = browser_of(*RIGHTS)
        key = str(browser.get(f"{ADD}?party={party.pk}").context["form"]["entry_key"].value())

        first: Any = browser.post(f"{ADD}?party={party.pk}", typed(firm, entry_key=key))
        again: Any = browser.post(f"{ADD}?party={party.pk}", typed(firm, entry_key=key))
        other: Any = browser.post(f"{ADD}?party={party.pk}", typed(firm, entry_key=key, subject="Друго"))

        assert again.url == first.url != other.url
        assert list(Letter.objects.order_by("pk").values_list("number", flat=True)) == ["1", "2"]

    def test_a_number_once_taken_stays_when_the_letter_is_edited(self):
        letter = LetterFactory(subject="Преди")
        other = OwnFirmFactory()

        browser_of(*RIGHTS).post(
            reverse("documents:letter_edit", args=[letter.pk]),
            typed(other, subject="След", direction="out", registered_on="01.02.2026"),
        )

        letter.refresh_from_db()
        assert (letter.subject, letter.direction, letter.number, letter.registered_on) == ("След", "in", "1", today())


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_letters_registered_at_once_have_no_gap_and_no_repeat():
    firm, party = OwnFirmFactory(), ClientFactory()

    def register() -> None:
        try:
            for number in range(4):
                LetterFactory(own_firm=firm, party=party, subject=f"Писмо {number}")
        finally:
            connection.close()

    threads = [threading.Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(Letter.objects.values_list("position", flat=True)) == list(range(1, 17))


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_clicks_at_once_register_one_letter_and_file_its_upload_once():
    firm, party = OwnFirmFactory(), ClientFactory()
    browsers, key = [signed_in(superuser()) for _ in range(2)], str(uuid.uuid4())
    answers: list[Any] = []

    def register(browser: Client) -> None:
        try:
            sent = typed(firm, entry_key=key, upload=SimpleUploadedFile("писмо.txt", b"text"))
            answers.append(browser.post(f"{ADD}?party={party.pk}", sent))
        finally:
            connection.close()

    threads = [threading.Thread(target=register, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    letter = Letter.objects.get()
    assert {answer.url for answer in answers} == {letter.get_absolute_url()}
    assert letter.file == File.objects.get()
    assert NumberSeries.objects.get().next_number == 2


@pytest.mark.django_db
class TestAnswers:
    def letter(self, **fields) -> Letter:
        made = LetterFactory(**fields)
        return Letter.objects.with_state().get(pk=made.pk)

    def test_a_letter_without_a_day_for_the_answer_asks_for_none(self):
        assert self.letter().state == Letter.State.NONE

    def test_a_letter_waits_until_its_day_and_is_overdue_after_it(self):
        yesterday = today() - dt.timedelta(days=1)

        assert self.letter(answer_due=today()).state == Letter.State.WAITING
        assert self.letter(registered_on=yesterday, answer_due=yesterday).state == Letter.State.OVERDUE

    def test_an_answer_settles_it_and_a_cancelled_answer_does_not(self):
        asking = LetterFactory(answer_due=today())
        answer = LetterFactory(own_firm=asking.own_firm, party=asking.party, direction="out", answers=asking)

        assert Letter.objects.with_state().get(pk=asking.pk).state == Letter.State.ANSWERED
        answer.cancel(superuser(), "по погрешка")
        assert Letter.objects.with_state().get(pk=asking.pk).state == Letter.State.WAITING

    def test_answering_is_the_first_thing_on_a_page_only_while_an_answer_is_awaited(self):
        waiting, quiet = LetterFactory(answer_due=today()), LetterFactory()
        browser = browser_of(*RIGHTS)

        first = [
            [action.primary for action in browser.get(letter.get_absolute_url()).context["actions"]]
            for letter in (waiting, quiet)
        ]

        assert first == [[True, False, False], [False, False, False]]

    def test_answering_proposes_the_other_direction_and_the_same_firm(self):
        asking = LetterFactory(answer_due=today(), subject="Искане")

        answer = browser_of(*RIGHTS).get(f"{ADD}?answers={asking.pk}")

        letter = answer.context["form"].instance
        assert (letter.direction, letter.own_firm, letter.party, letter.subject) == (
            "out", asking.own_firm, asking.party, "Искане",
        )  # fmt: skip

    def test_only_who_sees_letters_reads_one_by_answering_it(self):
        asking = LetterFactory()
        browser = browser_of(*SEE_ALL, "documents.add_letter")

        assert browser.get(f"{ADD}?answers={asking.pk}").status_code == 403

    def test_a_letter_cannot_answer_one_of_another_firm_or_itself(self):
        asking, other = LetterFactory(), LetterFactory()

        other.answers = asking
        with pytest.raises(ValidationError, match="another firm"):
            other.full_clean()
        other.answers = other
        with pytest.raises(ValidationError, match="itself"):
            other.full_clean()


@pytest.mark.django_db
class TestCancelling:
    def test_the_entry_stays_with_its_number_and_reason(self):
        letter = LetterFactory()
        page = reverse("documents:letter_cancel", args=[letter.pk])

        browser_of(*RIGHTS).post(page, {"reason": "Заведено два пъти"})

        letter.refresh_from_db()
        assert letter.is_cancelled
        assert (letter.number, letter.cancel_reason) == ("1", "Заведено два пъти")
        assert LetterFactory(own_firm=letter.own_firm).number == "2"

    def test_it_is_cancelled_once_and_not_changed_after(self):
        letter = LetterFactory()
        letter.cancel(superuser(), "грешка")

        with pytest.raises(ValidationError, match="already cancelled"):
            letter.cancel(superuser(), "пак")
        answer = browser_of(*RIGHTS).get(reverse("documents:letter_edit", args=[letter.pk]), follow=True)
        assert "not changed any more" in answer.content.decode()

    def test_a_reason_is_asked_for(self):
        letter = LetterFactory()

        browser_of(*RIGHTS).post(reverse("documents:letter_cancel", args=[letter.pk]), {"reason": " "})

        letter.refresh_from_db()
        assert not letter.is_cancelled


@pytest.mark.django_db
class TestTheRegister:
    costs: ClassVar[dict[str, int]] = {}

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_list_costs_the_same_for_one_row_and_for_three(self, rows, django_assert_max_num_queries):
        for _ in range(rows):
            asking = LetterFactory(answer_due=today(), responsible=superuser(), file=None)
            LetterFactory(own_firm=asking.own_firm, party=asking.party, direction="out", answers=asking)
        browser = signed_in(superuser())

        with django_assert_max_num_queries(9) as counted:
            browser.get(REGISTER)

        assert len(counted) == self.costs.setdefault("list", len(counted))

    def test_only_letters_of_ones_own_firms_are_seen(self):
        mine, other = OwnFirmFactory(), OwnFirmFactory()
        user = worker(*RIGHTS, firms="assigned")
        OwnFirmAccessFactory(user=user, own_firm=mine)
        letter, foreign = LetterFactory(own_firm=mine), LetterFactory(own_firm=other)
        browser = signed_in(fresh(user))

        shown = browser.get(REGISTER).context["rows"]

        assert [row.object for row in shown] == [letter]
        assert browser.get(foreign.get_absolute_url()).status_code == 404
        assert browser.get(f"{ADD}?answers={foreign.pk}").status_code == 404

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("direction=out", {"изходящо"}),
            ("state=overdue", {"просрочено"}),
            ("q=просрочено", {"просрочено"}),
            ("q=prosrocheno", {"просрочено"}),
            ("cancelled=only", {"анулирано"}),
            ("way=fax", set()),
        ],
    )
    def test_the_filter_finds(self, query, found):
        firm = OwnFirmFactory()
        LetterFactory(own_firm=firm, subject="изходящо", direction="out")
        LetterFactory(
            own_firm=firm, subject="просрочено", registered_on=today() - dt.timedelta(days=9),
            answer_due=today() - dt.timedelta(days=1),
        )  # fmt: skip
        LetterFactory(own_firm=firm, subject="анулирано").cancel(superuser(), "грешка")

        rows = browser_of(*RIGHTS).get(f"{REGISTER}?{query}").context["rows"]

        assert {row.object.subject for row in rows} == found

    def test_it_narrows_to_the_party_that_a_dossier_names(self):
        letter = LetterFactory()
        LetterFactory()

        rows = browser_of(*RIGHTS).get(f"{REGISTER}?party={letter.party_id}").context["rows"]

        assert [row.object for row in rows] == [letter]

    def test_the_file_of_a_private_event_is_not_named_to_others(self):
        author = superuser()
        file = FileFactory(name="тайно.txt", audience=[author.pk])
        LetterFactory(party=file.party, file=file)

        assert "тайно.txt" in signed_in(author).get(REGISTER).content.decode()
        assert "тайно.txt" not in browser_of(*RIGHTS).get(REGISTER).content.decode()

    def test_with_several_own_firms_each_number_says_whose_register_it_stands_in(self):
        letter = LetterFactory()
        browser = browser_of(*RIGHTS)
        alone = browser.get(REGISTER).content.decode()
        LetterFactory()

        together = browser.get(REGISTER).content.decode()

        named = f'<span class="muted">{letter.own_firm.display_name}</span>'
        assert named not in alone
        assert named in together

    def test_it_is_exported_with_bare_numbers(self):
        LetterFactory(subject="За износ", senders_number="12")

        answer = browser_of(*RIGHTS).get(f"{REGISTER}?export=xlsx")

        sheet: Any = load_workbook(io.BytesIO(b"".join(answer)), read_only=True).active
        header, row = (list(line) for line in sheet.iter_rows(values_only=True))
        assert row[header.index("About")] == "За износ"
        assert str(row[header.index("Number")]) == "1"

    def test_it_is_printed_in_the_order_of_numbers(self):
        firm = OwnFirmFactory(name="Наша фирма")
        for subject in ("Първо", "Второ", "Трето"):
            LetterFactory(own_firm=firm, subject=subject)

        answer = browser_of(*RIGHTS).get(f"{REGISTER}pdf/")

        text = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_bounded()
        assert "Correspondence register" in text
        assert text.index("Първо") < text.index("Второ") < text.index("Трето")

    def test_a_long_register_is_printed_by_the_worker(self, monkeypatch):
        monkeypatch.setattr("documents.views.letters.AT_ONCE", 1)
        firm = OwnFirmFactory()
        for _ in range(2):
            LetterFactory(own_firm=firm)

        answer: Any = browser_of(*RIGHTS).get(f"{REGISTER}pdf/")
        job = Job.objects.get()
        assert answer.url == job.get_absolute_url()
        run_job(job_pk=job.pk)

        job.refresh_from_db()
        assert job.state == Job.State.DONE, job.message
        assert job.file.read(5) == b"%PDF-"

    def test_the_dossier_warns_of_overdue_answers(self):
        day = today() - dt.timedelta(days=2)
        letter = LetterFactory(registered_on=day, answer_due=day)

        page = browser_of(*RIGHTS).get(letter.party.get_absolute_url()).content.decode()

        assert "1 letter waits for an overdue answer" in page
        assert f"/documents/letters/?party={letter.party_id}&amp;state=overdue" in page

    def test_the_search_box_finds_a_letter(self):
        letter = LetterFactory(subject="Рекламация по доставка")

        answer = browser_of(*RIGHTS).get("/search/?q=рекламация", follow=True)

        assert answer.redirect_chain[-1][0] == letter.get_absolute_url()

    def test_its_history_stands_in_the_dossier(self):
        letter = LetterFactory(subject="Преди")
        letter.subject = "След"
        letter.save()

        page = signed_in(superuser()).get(f"/counterparties/{letter.party_id}/history/").content.decode()

        assert "Преди" in page
        assert "След" in page
