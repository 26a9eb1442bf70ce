"""Policy profiles as values: shipped ones hold, an operator's own is checked before a start."""

from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from core.migrations.tables import all_tables
from core.policy.profile import (
    RETENTION_CLASSES,
    SHIPPED,
    ProfileInvalid,
    load_profile,
    parse_profile,
    problems_of_profile,
)
from core.policy.values import values_of
from core.storage.inventory import declarations


def source(name: str = "flux-art") -> str:
    return resources.files("core.policy").joinpath("profiles", f"{name}.toml").read_text("utf-8")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_profile_gives_every_retention_class_a_period(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert set(profile.retention_days) == RETENTION_CLASSES
    used = {one.retention for one in declarations(all_tables()).values()}
    assert used <= RETENTION_CLASSES
    for one in used:
        profile.keeps_for(one)


def test_the_two_policies_differ_where_their_texts_do() -> None:
    artiflux, flux_art = load_profile("artiflux"), load_profile("flux-art")
    assert artiflux.keeps_for("generated_pictures") == timedelta(days=30)
    assert flux_art.keeps_for("generated_pictures") is None
    assert (artiflux.training_on_content, flux_art.training_on_content) == ("consent", "never")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_value_is_cited_or_marked_as_chosen_and_never_both(name: str) -> None:
    profile = load_profile(name)
    for value in values_of(profile):
        if value != "policy_date":
            assert profile.is_chosen(value) != bool(profile.section_of(value)), value


@pytest.mark.parametrize("name", SHIPPED)
def test_books_are_kept_for_seven_years_whatever_years_they_are(name: str) -> None:
    profile = load_profile(name)
    for year in range(2024, 2032):
        begin = datetime(year, 1, 1, tzinfo=UTC)
        assert begin + profile.at_least("billing") >= begin.replace(year=year + 7)
    purged = profile.purged_after("billing")
    assert purged is not None
    assert profile.at_least("billing") < purged < profile.at_least("billing") + timedelta(days=31)


def test_what_is_promised_gone_by_day_30_is_destroyed_a_day_before() -> None:
    assert load_profile("artiflux").purged_after("generated_pictures") == timedelta(days=29)
    assert load_profile("flux-art").purged_after("generated_pictures") is None


@pytest.mark.parametrize("name", SHIPPED)
def test_answers_have_a_clock_wherever_a_person_lives(name: str) -> None:
    profile = load_profile(name)
    assert profile.answer_clock("hong_kong").days == 40
    assert profile.answer_clock("california").extension_days == 45
    assert profile.answer_clock("atlantis") == profile.answers["default"]
    assert (profile.answers["default"].days, profile.answers["default"].extension_days) == (30, 60)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("prompts = -1\n", "", "prompts"),
        ("prompts = -1", "prompts = -2", "retention_days"),
        ("prompts = -1", 'prompts = "long"', "retention_days"),
        ("prompts = -1", "prompts = true", "retention_days"),
        ("prompts = -1", "prompts = -1\ngossip = 3", "gossip"),
        ('training_on_content = "never"', 'training_on_content = "always"', "training"),
        ("minimum_age_years = 18", 'minimum_age_years = "18"', "minimum_age_years"),
        ("minimum_age_years = 18", "minimum_age_years = 0", "minimum_age_years"),
        ("outside_prc_never_in_prc = true", 'outside_prc_never_in_prc = "no"', "outside_prc"),
        ('service = "Flux Art"', "service = 7", "service"),
        ("[retention_days]", "[other]", "other"),
        ("chosen = [", 'chosen = ["retention_days.gossip", ', "retention_days.gossip"),
        ("days = 45", "days = 30.5", "answers.california.days"),
        ("[closure]", "[closures]", "missing: closure"),
        ("[closure]", "[closures]", "unknown: closures"),
        ("grace_hours = 48", "", "missing: deletion.grace_hours"),
        ("grace_hours = 48", "grace_hours = 48\nmercy = 1", "unknown: deletion.mercy"),
        ("[answers.california]", "[answers.atlantis]", "unknown: answers.atlantis"),
        ("[answers.default]", "[answers.hongkong]", "missing: answers.default"),
        ("billing = 2557", "billing = 2557\ngossip = 3", "unknown: at_least_days.gossip"),
        ('languages = ["en", "zh_Hans"]', 'languages = "en"', "languages: a list"),
        ("chosen = [", "chosen = [1, ", "chosen"),
        ('name = "flux-art"', "name = ", "TOML"),
    ],
)
def test_a_profile_that_makes_no_sense_is_refused(old: str, new: str, problem: str) -> None:
    assert old in source()
    with pytest.raises(ProfileInvalid) as refused:
        parse_profile(source().replace(old, new, 1))
    assert problem in str(refused.value.facts["problem"])


def test_retention_that_is_no_table_is_refused() -> None:
    text = source()
    flat = text[: text.index("[retention_days]")] + "retention_days = 3\n"
    with pytest.raises(ProfileInvalid, match="profile-invalid"):
        parse_profile(flat)


def test_an_operators_own_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(source().replace("Flux Art", "Ours"), "utf-8")
    assert load_profile(str(file)).service == "Ours"


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileInvalid, match="profile-invalid"):
        load_profile(str(tmp_path / "none.toml"))
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ProfileInvalid, match="profile-invalid"):
        load_profile(str(tmp_path / "bytes.toml"))


def test_all_problems_are_named_at_once() -> None:
    text = source().replace("grace_hours = 48", "mercy = 1").replace("account_days = 730", "")
    assert problems_of_profile(text) == [
        "missing: deletion.grace_hours",
        "unknown: deletion.mercy",
        "missing: closure.account_days",
    ]
