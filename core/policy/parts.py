"""The parts of a policy profile: what each topic promises, as plain values with units."""

from dataclasses import dataclass
from typing import Literal

Training = Literal["never", "consent"]

Follows = Literal["artiflux", "flux-art", "own"]


@dataclass(frozen=True, slots=True)
class Controller:
    """Who is answerable. Contacts come from the settings: they must be real ones."""

    name: str
    website: str
    registered_office: str


@dataclass(frozen=True, slots=True)
class Content:
    """What differs for what people type, send and get."""

    uploads_hours_after_job: int
    """Hours after the end of the job that used an upload; -1 where uploads are kept content."""
    gone_with_account: bool
    """Whether everything that people made goes when their account ends."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """How fast what was deleted, or has expired, is really gone."""

    live_days: int
    """Days after a deletion or closure until no running system holds a copy."""
    backup_days: int
    """Days until the last backup that holds a copy is gone."""
    key_backup_days: int
    """Days until the last backup of the keys is gone; from then on old data backups are dead."""
    purge_margin_hours: int
    """Hours before the end of a promised period at which the bytes are destroyed."""
    grace_hours: int
    """Hours for which a confirmed deletion of an account can be undone."""


@dataclass(frozen=True, slots=True)
class Closure:
    """What happens to accounts that end or fall asleep; closing is not erasing."""

    account_days: int
    """Days for which a closed account stays, unreadable for ordinary work."""
    inactive_days: int
    """Days without any use after which an account is closed."""
    warning_days: int
    """Days before that closure at which the person is told."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What may be learnt from use."""

    aggregates_may_improve_models: bool
    aggregate_min_people: int
    """A number about fewer people than this is not kept."""


@dataclass(frozen=True, slots=True)
class TrainingTerms:
    """What holds wherever training is allowed at all."""

    only_where_the_surface_allows: bool
    """A surface whose platform forbids training is never asked for this consent."""


@dataclass(frozen=True, slots=True)
class AnswerClock:
    """How long an answer to a request about rights may take."""

    days: int
    extension_days: int
    """Once, before the first period ends, and with the reason told."""


@dataclass(frozen=True, slots=True)
class Regions:
    """Where personal data of people outside the People's Republic of China may be processed."""

    processing: tuple[str, ...]
    """ISO 3166 country codes, and ``EEA``."""
    prc_people_also_in_prc: bool


@dataclass(frozen=True, slots=True)
class Sale:
    """Sale and sharing in the sense of Californian law."""

    for_money: bool
    opt_out: bool
    browser_signal: bool
    """Whether ``Sec-GPC: 1`` counts as the opt-out."""


@dataclass(frozen=True, slots=True)
class Notices:
    """How soon people are told."""

    breach_hours: int
    new_processor_days: int


@dataclass(frozen=True, slots=True)
class Exports:
    """How long a finished export can be fetched."""

    link_days: int


@dataclass(frozen=True, slots=True)
class PolicyText:
    """The policy text that these values were read from."""

    sha256: str
    """Of the text's bytes; empty when no text stands behind the profile."""
