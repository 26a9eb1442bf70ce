"""Values that contradict each other, the law or the policy that is followed are named."""

import pytest

from core.policy.checks import LAW_AT_LEAST_DAYS
from core.policy.profile import SHIPPED, problems_of_profile, profile_source


def changed(name: str, *changes: tuple[str, str]) -> str:
    text = profile_source(name)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def own(*changes: tuple[str, str], name: str = "flux-art") -> list[str]:
    """Problems of an operator's own profile that follows nobody."""
    return problems_of_profile(changed(name, (f'follows = "{name}"', 'follows = "own"'), *changes))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_profiles_hold(name: str) -> None:
    assert problems_of_profile(profile_source(name)) == []
    assert own(name=name) == []


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ("account = -1", "account = 400", "retention_days.prompts"),
        ("usage_raw = 365", "usage_raw = -1", "retention_days.usage_raw"),
        ("logs = 365", "logs = -1", "retention_days.logs"),
        ("purge_margin_hours = 24", "purge_margin_hours = 0", "deletion.purge_margin_hours"),
        ("prompts = -1", "prompts = 0", "retention_days.prompts"),
        ("billing = 2587", "billing = 2557", "retention_days.billing"),
        ("billing = 2557", "billing = 2555", "at_least_days.billing"),
        ("safety = 366", "safety = 100", "at_least_days.safety"),
        ("minimum_age_years = 18", "minimum_age_years = 12", "minimum_age_years"),
        ("uploads = -1", "uploads = 3", "content.uploads_hours_after_job"),
        ("gone_with_account = true", "gone_with_account = false", "content.gone_with_account"),
        ("live_days = 30", "live_days = 0", "deletion.live_days"),
        ("live_days = 30", "live_days = 2", "deletion.grace_hours"),
        ("backup_days = 90", "backup_days = -1", "deletion.backup_days"),
        ("key_backup_days = 7", "key_backup_days = 30", "deletion.key_backup_days"),
        ("account_days = 730", "account_days = -1", "closure.account_days"),
        ("warning_days = 30", "warning_days = 0", "closure.warning_days"),
        ("inactive_days = 730", "inactive_days = 20", "closure.warning_days"),
        ("link_days = 7", "link_days = 9", "exports.link_days"),
        ("aggregate_min_people = 10", "aggregate_min_people = 1", "usage.aggregate_min_people"),
        ("models = false", "models = true", "usage.aggregates_may_improve_models"),
        ("days = 30\nextension", "days = 31\nextension", "answers.default"),
        ("extension_days = 60", "extension_days = 61", "answers.default"),
        ("days = 40", "days = 41", "answers.hong_kong"),
        ('"GB"]', '"GB", "CN"]', "regions.processing"),
        ('processing = ["HK", "US", "SG", "EEA", "GB"]', "processing = []", "regions.processing"),
        ("for_money = false", "for_money = true", "sale.for_money"),
        ("opt_out = true", "opt_out = false", "sale.browser_signal"),
        ("breach_hours = 72", "breach_hours = 96", "notices.breach_hours"),
        ("new_processor_days = 14", "new_processor_days = 0", "notices.new_processor_days"),
        ('policy_date = "2026-05-02"', 'policy_date = "May"', "policy_date"),
        ('languages = ["en", "zh_Hans"]', 'languages = ["la"]', "languages"),
        ('sha256 = "8', 'sha256 = "z', "text.sha256"),
        ('service = "Flux Art"', 'service = " "', "service"),
        ('name = "MORNING STAR INDUSTRY LIMITED"', 'name = ""', "controller.name"),
        ('"deletion.grace_hours",', "", "deletion.grace_hours: neither chosen nor given"),
        ('controller = "20"', 'controllers = "20"', "sections: controllers"),
        ('"9"\nlanguages', '"9"\n"exports.link_days" = "9"\nlanguages', "exports.link_days: both"),
    ],
)
def test_a_value_that_cannot_hold_is_named(old: str, new: str, value: str) -> None:
    problems = own((old, new))
    assert any(value in problem for problem in problems), problems


def test_training_with_consent_needs_the_surfaces_leave() -> None:
    found = own(
        ("only_where_the_surface_allows = true", "only_where_the_surface_allows = false"),
        name="artiflux",
    )
    assert [one.partition(":")[0] for one in found] == ["training.only_where_the_surface_allows"]


@pytest.mark.promise("FA-13.4")
@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ("minimum_age_years = 18", "minimum_age_years = 16", "minimum_age_years"),
        ('training_on_content = "never"', 'training_on_content = "consent"', "training_on_content"),
        ("prc = true", "prc = false", "outside_prc_never_in_prc"),
        ("usage_raw = 365", "usage_raw = 366", "retention_days.usage_raw"),
        ("support = 1095", "support = -1", "retention_days.support"),
        ("live_days = 30", "live_days = 31", "deletion.live_days"),
        ("account_days = 730", "account_days = 731", "closure.account_days"),
        ("days = 45", "days = 46", "answers.california"),
        ("opt_out = true", "opt_out = false", "sale.opt_out"),
        ("new_processor_days = 14", "new_processor_days = 13", "notices.new_processor_days"),
        ('["en", "zh_Hans"]', '["en"]', "languages"),
        ('"GB"]', '"GB", "AU"]', "regions.processing"),
    ],
)
def test_who_follows_a_policy_cannot_promise_less(old: str, new: str, value: str) -> None:
    problems = problems_of_profile(changed("flux-art", (old, new)))
    assert any(value in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("minimum_age_years = 18", "minimum_age_years = 21"),
        ("generated_pictures = -1", "generated_pictures = 90"),
        ("support = 1095", "support = 365"),
        ("backup_days = 90", "backup_days = 30"),
        ("breach_hours = 72", "breach_hours = 24"),
        ('service = "Flux Art"', 'service = "Ours"'),
    ],
)
def test_promising_more_than_the_policy_followed_is_fine(old: str, new: str) -> None:
    assert problems_of_profile(changed("flux-art", (old, new))) == []


def test_the_laws_floors_are_whole_years_at_their_longest() -> None:
    assert LAW_AT_LEAST_DAYS["billing"] == 7 * 365 + 2
    assert LAW_AT_LEAST_DAYS["safety"] == 366
