"""The notice says what the profile and the inventory say, in both languages, and drifts never."""

import re
from dataclasses import replace

import pytest

from core.kernel.people import LANGUAGES, Language
from core.messages.catalogue import text
from core.policy.profile import RETENTION_CLASSES, SHIPPED, Profile, load_profile
from core.privacy.notice.facts import Kept, Notice, Processor, kept_of, notice_of
from core.privacy.notice.pages import TOPICS, glance, table, terms, topic_page, topic_title
from core.privacy.notice.wording import BASES, CATEGORIES, CLASSES, PURPOSES, paragraphs, said
from tests.core.storage.live_schema import declared
from tests.promises.test_inventory_promises import PURPOSES as KNOWN_PURPOSES

PROFILES = [load_profile(name) for name in SHIPPED]
ELSEWHERE = Processor("Elsewhere AI", "may", 3 * 86400, ("DE", "US"))


def a_notice(profile: Profile, **changes: object) -> Notice:
    notice = notice_of(
        profile,
        operator="Example Studio",
        support_contact="help@studio.test",
        privacy_contact="data@studio.test",
        offerings=(),
        declared=declared(),
    )
    return replace(notice, **changes)  # type: ignore[arg-type]


def everything(notice: Notice, language: Language) -> str:
    pages = [glance(notice), table(notice), terms(notice)]
    pages += [topic_page(notice, topic) for topic in TOPICS]
    return "\n".join(line for page in pages for line in paragraphs(page, language))


def numbers(words: str) -> list[str]:
    return sorted(re.findall(r"\d+", words))


@pytest.mark.promise("AX-01")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("profile", PROFILES, ids=SHIPPED)
def test_the_first_page_names_the_service_and_what_it_does(
    profile: Profile, language: Language
) -> None:
    title, covers, *_ = paragraphs(glance(a_notice(profile)), language)
    assert profile.service in title
    assert profile.service in covers


@pytest.mark.promise("FA-0.1")
def test_the_date_is_the_same_in_every_language_and_missing_where_the_policy_has_none() -> None:
    flux_art, artiflux = a_notice(load_profile("flux-art")), a_notice(load_profile("artiflux"))
    for language in LANGUAGES:
        assert "2026-05-02" in "\n".join(paragraphs(glance(flux_art), language))
        assert "2026-05-02" in "\n".join(paragraphs(topic_page(flux_art, "changes"), language))
        assert not re.search(r"\d{4}-\d\d", "\n".join(paragraphs(glance(artiflux), language)))


@pytest.mark.promise("FA-L.1")
@pytest.mark.parametrize("profile", PROFILES, ids=SHIPPED)
def test_every_number_is_the_same_in_english_and_chinese(profile: Profile) -> None:
    notice = a_notice(profile, processors=(ELSEWHERE,))
    for page in [glance(notice), table(notice), *(topic_page(notice, one) for one in TOPICS)]:
        english, chinese = ("\n".join(paragraphs(page, language)) for language in LANGUAGES)
        assert numbers(english) == numbers(chinese)


@pytest.mark.promise("FA-0.2")
@pytest.mark.parametrize("value", [5, 11, 29])
def test_summary_table_and_page_follow_the_profile(value: int) -> None:
    old = load_profile("artiflux")
    profile = replace(old, retention_days={**old.retention_days, "generated_pictures": value})
    notice = a_notice(profile)
    for page in (glance(notice), table(notice), topic_page(notice, "time")):
        lines = [one for one in paragraphs(page, "en") if "ictures" in one]
        assert any(re.search(rf"\b{value} days", one) for one in lines), page.topic


def test_a_period_that_the_policy_does_not_give_is_marked_as_chosen() -> None:
    lines = paragraphs(topic_page(a_notice(load_profile("artiflux")), "time"), "en")
    assert "prompts: 30 days (chosen by the operator)" in lines
    assert "generated pictures: 30 days" in lines
    assert "uploaded pictures: 1 hour after the edit (chosen by the operator)" in lines
    assert any("at least 2557 days" in line for line in lines)


def test_the_two_policies_say_different_things_about_training_and_time() -> None:
    artiflux, flux_art = (everything(a_notice(load_profile(name)), "en") for name in SHIPPED)
    assert text("policy-training-never", "en") in flux_art
    assert text("policy-training-never", "en") not in artiflux
    assert "Pictures stay until deleted, or until you leave." in flux_art
    assert "may help to improve models" in artiflux
    assert "may help to improve models" not in flux_art


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("profile", PROFILES, ids=SHIPPED)
def test_every_page_can_be_said_and_leaves_no_place_unfilled(
    profile: Profile, language: Language
) -> None:
    words = everything(a_notice(profile, processors=(ELSEWHERE,)), language)
    assert not re.search(r"[{}]", words)
    assert "policy-" not in words
    for topic in TOPICS:
        assert said(topic_title(topic), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_kept_of_people_stands_in_the_table(language: Language) -> None:
    notice = a_notice(load_profile("flux-art"))
    assert {(one.category, one.retention) for one in notice.kept} == {
        (one.category, one.retention) for one in declared().values() if one.person_path != "none"
    }
    assert len(paragraphs(table(notice), language)) == len(notice.kept) + 1


def test_the_table_says_what_is_sealed_and_who_receives_it() -> None:
    row = Kept("content", "prompts", ("service",), ("contract",), True, ("provider", "surface"))
    bare = Kept("quota", "quota", ("service",), ("contract",), False, ())
    _, sealed, plain = paragraphs(table(a_notice(load_profile("flux-art"), kept=(row, bare))), "en")
    assert "sealed with your own key" in sealed
    assert "received by the service that draws, your chat platform" in sealed
    assert "sealed" not in plain
    assert "received by nobody" in plain


def test_whatever_the_inventory_can_say_has_words() -> None:
    assert set(CLASSES) == RETENTION_CLASSES
    assert set(PURPOSES) == KNOWN_PURPOSES
    kept = kept_of(declared())
    assert {one.category for one in kept} <= set(CATEGORIES)
    assert {name for one in kept for name in one.bases} <= set(BASES)


@pytest.mark.promise("FA-20.1", "FA-18.1")
@pytest.mark.parametrize("language", LANGUAGES)
def test_contacts_are_the_deployments_own(language: Language) -> None:
    notice = a_notice(load_profile("flux-art"))
    for page in (glance(notice), topic_page(notice, "contact"), terms(notice)):
        words = "\n".join(paragraphs(page, language))
        for contact in ("Example Studio", "data@studio.test"):
            assert contact in words
    assert "MORNING STAR" not in everything(notice, language)


def test_the_policys_own_company_is_named_where_it_runs_the_service() -> None:
    notice = notice_of(
        load_profile("flux-art"),
        operator="",
        support_contact="help@studio.test",
        privacy_contact="data@studio.test",
        offerings=(),
        declared={},
    )
    words = "\n".join(paragraphs(topic_page(notice, "contact"), "en"))
    assert "Company: MORNING STAR INDUSTRY LIMITED · https://flux-art.ai" in words


def test_a_processor_is_shown_with_what_it_does_with_data() -> None:
    unknown = Processor("Dark AI", "unknown", None, ())
    brief = Processor("Brief AI", "never", 0, ("SG",))
    notice = a_notice(load_profile("flux-art"), processors=(ELSEWHERE, unknown, brief))
    lines = paragraphs(topic_page(notice, "who"), "en")
    assert (
        "Elsewhere AI · training: possible under its own policy · "
        "keeps what it is sent: 72 hours · places: DE, US"
    ) in lines
    assert "Dark AI · training: unknown · keeps what it is sent: unknown · places: unknown" in lines
    assert "Brief AI · training: never · keeps what it is sent: nothing · places: SG" in lines
    assert "Elsewhere AI, Dark AI, Brief AI" in "\n".join(paragraphs(glance(notice), "en"))


@pytest.mark.promise("AX-25", "FA-1.2", "FA-6.7", "FA-11.6", "FA-14.3b", "FA-16.1")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("profile", PROFILES, ids=SHIPPED)
def test_what_can_only_be_said_is_said(profile: Profile, language: Language) -> None:
    words = everything(a_notice(profile), language)
    for code in (
        "policy-security-limits",
        "policy-who-platform",
        "policy-choice-training",
        "policy-choice-analytics",
        "policy-choice-sale",
        "policy-choice-marketing",
        "policy-choice-none",
        "policy-rights-authority",
        "policy-links",
        "policy-security-chat",
    ):
        assert text(code, language) in words


def test_a_topic_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        topic_page(a_notice(load_profile("flux-art")), "weather")
