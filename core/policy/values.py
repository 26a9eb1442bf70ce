"""One whole policy as values, and what follows from them without asking anybody else."""

from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta

from core.policy.parts import (
    AnswerClock,
    Closure,
    Content,
    Controller,
    Deletion,
    Exports,
    Follows,
    Notices,
    PolicyText,
    Regions,
    Sale,
    Training,
    TrainingTerms,
    Usage,
)

UNTIL_DELETED = -1

RETENTION_CLASSES = frozenset(
    {
        "account",
        "generated_pictures",
        "uploads",
        "prompts",
        "quota",
        "usage_raw",
        "usage_aggregate",
        "logs",
        "support",
        "billing",
        "safety",
        "consent",
        "requests",
        "exports",
        "suppression",
        "operations",
    }
)
DEFAULT_CLOCK = "default"
JURISDICTIONS = frozenset({DEFAULT_CLOCK, "california", "hong_kong"})


@dataclass(frozen=True, slots=True)
class Profile:
    """One policy. Periods are days; ``UNTIL_DELETED`` where the person decides."""

    name: str
    service: str
    policy_date: str
    """From when the policy holds, as an ISO date; empty where its text gives none."""
    follows: Follows
    """The shipped profile whose promises this one keeps at least; ``own`` for none."""
    minimum_age_years: int
    training_on_content: Training
    outside_prc_never_in_prc: bool
    languages: tuple[str, ...]
    chosen: frozenset[str]
    """Values that the policy's text does not give and the operator's side chose."""
    retention_days: dict[str, int]
    at_least_days: dict[str, int]
    """Classes that may not go earlier, whoever asks: the law's own minimum."""
    controller: Controller
    content: Content
    deletion: Deletion
    closure: Closure
    usage: Usage
    training: TrainingTerms
    answers: dict[str, AnswerClock]
    """By jurisdiction; ``default`` for everybody else."""
    regions: Regions
    sale: Sale
    notices: Notices
    exports: Exports
    text: PolicyText
    sections: dict[str, str]
    """Where the policy's text gives a value: by the value's name or the beginning of it."""

    def keeps_for(self, retention: str) -> timedelta | None:
        """Return how long a retention class stays; None means until the person deletes it."""
        days = self.retention_days[retention]
        return None if days == UNTIL_DELETED else timedelta(days=days)

    def purged_after(self, retention: str) -> timedelta | None:
        """Return the age at which the bytes are destroyed, so that a promise of days is kept.

        None means that no age ends it. Never earlier than ``at_least``.
        """
        promised = self.keeps_for(retention)
        if promised is None:
            return None
        return max(
            promised - timedelta(hours=self.deletion.purge_margin_hours), self.at_least(retention)
        )

    def at_least(self, retention: str) -> timedelta:
        """Return the age before which nothing of a class may be deleted; zero for most."""
        return timedelta(days=self.at_least_days.get(retention, 0))

    def answer_clock(self, jurisdiction: str) -> AnswerClock:
        """Return the time for an answer; a jurisdiction without its own has the default."""
        return self.answers.get(jurisdiction, self.answers[DEFAULT_CLOCK])

    def is_chosen(self, value: str) -> bool:
        """Say whether a value, by its dotted name, is the operator's choice."""
        return value in self.chosen

    def section_of(self, value: str) -> str:
        """Return where the policy's text gives a value; empty where it does not."""
        name = value
        while name:
            if name in self.sections:
                return self.sections[name]
            name = name.rpartition(".")[0]
        return ""


_ABOUT_THE_FILE = frozenset({"name", "service", "follows", "chosen", "sections", "text"})

Value = str | int | bool | list[str]


def values_of(profile: Profile) -> dict[str, Value]:
    """Return every value that binds, by its dotted name, in the order of the names."""
    found: dict[str, Value] = {}
    for one in fields(profile):
        if one.name not in _ABOUT_THE_FILE:
            _collect(one.name, getattr(profile, one.name), found)
    return dict(sorted(found.items()))


def _collect(name: str, value: object, found: dict[str, Value]) -> None:
    if is_dataclass(value):
        for one in fields(value):
            _collect(f"{name}.{one.name}", getattr(value, one.name), found)
    elif isinstance(value, dict):
        for key, inner in value.items():
            _collect(f"{name}.{key}", inner, found)
    elif isinstance(value, tuple):
        found[name] = [str(one) for one in value]
    else:
        assert isinstance(value, str | int | bool)
        found[name] = value
