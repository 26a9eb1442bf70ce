"""Answers about rights as messages: every word arrives, nothing in them is taken for markup."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import MessageEntity

from bots.telegram.keyboards import Verb, read_press
from bots.telegram.rights_render import (
    Question,
    captioned,
    drawn,
    question_line,
    questions_in,
    steps,
    unmarked,
)
from bots.telegram.wording import CAPTION_UNITS, TEXT_UNITS, units
from core.privacy.answers import STEP_CHARS, Answer, Step
from core.privacy.notice.wording import Line, Page
from tests.emulators.telegram.markup import Formatted, parse_html

HOME = "https://t.me/limner_test_bot"


def word(words: str) -> Line:
    return Line("policy-word", {"word": words})


def an_answer(*lines: str, steps: tuple[Step, ...] = ()) -> Answer:
    page = Page("test", word("Title"), tuple(word(line) for line in lines))
    return Answer(page, "en", steps)


def entities_of(shown: Formatted) -> list[MessageEntity]:
    return [MessageEntity(**entity) for entity in shown.entities]


@settings(max_examples=60)
@given(st.lists(st.text(st.sampled_from("a <&>\n.;🦊界"), min_size=1, max_size=9000), max_size=4))
def test_long_answers_are_cut_into_messages_that_lose_no_word(lines: list[str]) -> None:
    shown = [parse_html(text).text for text in drawn(an_answer(*lines), HOME).texts]

    assert all(0 < units(text) <= TEXT_UNITS for text in shown)
    seen = "".join("".join(shown).replace("•", "").split())
    assert seen == "Title" + "".join("".join(lines).split())


def test_short_lines_become_a_list_and_sentences_stay_paragraphs() -> None:
    answer = an_answer("Two things.", "pictures: 30 days", "prompts: 30 days", "That is all.")

    [text] = drawn(answer, HOME, notes=["A note."]).texts

    assert text == (
        "<b>Title</b>\n\nTwo things.\n\n• pictures: 30 days\n• prompts: 30 days"
        "\n\nThat is all.\n\nA note."
    )


def test_peoples_words_are_shown_as_they_are() -> None:
    [text] = drawn(an_answer("<b>bold</b> & \u202eturned."), HOME).texts

    assert parse_html(text).text == "Title\n\n<b>bold</b> & turned."


def test_a_caption_holds_whole_paragraphs_and_the_file_holds_everything() -> None:
    answer = an_answer("a" * 600 + ".", "b" * 600 + ".")

    shown = parse_html(captioned(answer, HOME)).text

    assert shown.endswith("a.")
    assert units(shown) <= CAPTION_UNITS
    assert "b" * 600 in unmarked(answer)


def test_grave_steps_stand_alone_and_are_marked_and_addresses_open() -> None:
    markup = steps(
        an_answer(
            steps=(
                Step(word("One"), "export"),
                Step(word("Two"), "export", "two"),
                Step(word("All of it"), "delete", "everything", is_grave=True),
                Step(word("Three"), "export", "three"),
                Step(word("Portal"), "", url="https://example.org/x"),
                Step(word("Here"), "", url="http://127.0.0.1:8080/x"),
            )
        )
    )

    assert markup is not None
    assert [[one.text for one in row] for row in markup.inline_keyboard] == [
        ["One", "Two"],
        ["⚠️ All of it"],
        ["Three", "Portal"],
    ]
    grave = markup.inline_keyboard[1][0]
    assert (grave.style, grave.callback_data) == ("danger", "k:delete everything")


def test_an_address_that_is_no_public_one_can_be_copied_from_the_text() -> None:
    step = Step(word("Here"), "", url="http://127.0.0.1:8080/x")

    [text] = drawn(an_answer(steps=(step,)), HOME).texts

    assert text.endswith("Here: http://127.0.0.1:8080/x")


@pytest.mark.parametrize("keeps", [False, True])
def test_a_step_of_the_longest_kind_fits_a_button_and_comes_back(*, keeps: bool) -> None:
    words = "x:" * ((STEP_CHARS - len("delete ")) // 2)
    markup = steps(an_answer(steps=(Step(word("Go"), "delete", words),)), keeps=keeps)

    assert markup is not None
    data = str(markup.inline_keyboard[0][0].callback_data)
    press = read_press(data)

    assert len(data.encode()) <= 64
    assert press is not None
    assert press.verb is (Verb.STEP_BELOW if keeps else Verb.STEP)
    assert press.target == f"delete {words}"


def test_what_a_step_asks_is_in_its_message_and_the_question_finds_its_command() -> None:
    asking = (
        Step(word("Protect"), "export", "protect", asks=word("A <passphrase>?"), is_secret=True),
        Step(word("Since"), "delete", "since", asks=word("Which day?")),
    )
    [text] = drawn(an_answer("Some words.", steps=asking), HOME).texts
    shown = parse_html(text)

    found = list(questions_in(entities_of(shown), "asks"))
    assert found == [
        Question("export protect", "A <passphrase>?", is_secret=True),
        Question("delete since", "Which day?", is_secret=False),
    ]
    assert shown.text.replace("\u200b", "") == "Title\n\nSome words."

    asked = parse_html(question_line(found[0], HOME))
    assert asked.text == "✎ A <passphrase>?"
    assert list(questions_in(entities_of(asked), "asks")) == []
    assert list(questions_in(entities_of(asked), "answers")) == [
        Question("export protect", "", is_secret=True)
    ]


def test_links_of_others_ask_nothing() -> None:
    shown = parse_html(
        '<a href="https://t.me/x?start=y#asks=AAAA">a</a> <a href="https://x.y">b</a>'
    )

    assert list(questions_in(entities_of(shown), "asks")) == []
