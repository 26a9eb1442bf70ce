"""What is kept elsewhere than in a column of the database: the rest of the inventory."""

from dataclasses import dataclass

from core.storage.inventory import Basis, Category


@dataclass(frozen=True, slots=True)
class Place:
    """One place outside the tables."""

    name: str
    what: str
    """In words for the record of processing."""
    category: Category
    purposes: frozenset[str]
    basis: Basis
    retention: str
    """A retention class, or ``backup`` and ``key_backup``: the profile's periods for these."""
    files: tuple[str, ...] = ()
    """Patterns of files below the data folder (``data/``) or the keys folder (``keys/``)."""
    is_sealed: bool = False
    recipients: frozenset[str] = frozenset()


PLACES: tuple[Place, ...] = (
    Place(
        "database",
        "the tables: each column is an entry of its own",
        "operations",
        frozenset({"operation"}),
        "none",
        "operations",
        ("data/limner.db", "data/limner.db-*", "data/limner.db.lock"),
    ),
    Place(
        "picture store",
        "generated and uploaded pictures, previews, parts of exports; a folder or a bucket",
        "content",
        frozenset({"service"}),
        "contract",
        "generated_pictures",
        ("data/pictures/*",),
        is_sealed=True,
    ),
    Place(
        "people's keys",
        "one random key for each person and letter, wrapped; destroyed first in an erasure",
        "account",
        frozenset({"security"}),
        "legal_obligation",
        "account",
        ("keys/keys.db", "keys/keys.db-*"),
        is_sealed=True,
    ),
    Place(
        "the service's own keys",
        "master key, pepper and signing key; they lead to nobody",
        "operations",
        frozenset({"security"}),
        "none",
        "operations",
        ("keys/*",),
    ),
    Place(
        "the local page's id",
        "which person the page of this computer belongs to",
        "account",
        frozenset({"service"}),
        "contract",
        "account",
        ("data/playground-person",),
    ),
    Place(
        "logs",
        "time, level, codes and numbers; never words, names or addresses",
        "operations",
        frozenset({"security"}),
        "none",
        "logs",
    ),
    Place(
        "backups of the data",
        "copies that the operator makes; what was sealed with a destroyed key stays unreadable",
        "operations",
        frozenset({"security"}),
        "legitimate_interest",
        "backup",
    ),
    Place(
        "backups of the keys",
        "copies that the operator makes, apart from those of the data",
        "operations",
        frozenset({"security"}),
        "legitimate_interest",
        "key_backup",
        is_sealed=True,
    ),
    Place(
        "copies at providers",
        "prompt, size, count, seed and format, without any name; kept as the provider's facts say",
        "content",
        frozenset({"service"}),
        "contract",
        "prompts",
        recipients=frozenset({"provider"}),
    ),
    Place(
        "messages in chats",
        "what was written and answered; the platform keeps it under its own policy",
        "content",
        frozenset({"service"}),
        "contract",
        "prompts",
        recipients=frozenset({"surface"}),
    ),
)
