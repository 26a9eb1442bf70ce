"""Policy profiles as values: shipped ones hold, an operator's own is checked before a start."""

from datetime import timedelta
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
)
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
def test_what_was_chosen_names_values_that_exist(name: str) -> None:
    profile = load_profile(name)
    known = set(profile.__dataclass_fields__) | {
        f"retention_days.{one}" for one in RETENTION_CLASSES
    }
    assert profile.chosen <= known


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
        ("chosen = [", 'chosen = ["retention_days.gossip", ', "chosen"),
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
