"""Where else something of people is kept: everything that is not a column.

Together with the declarations beside the columns this is the whole inventory. A test lists every
file that a running service writes, and every place in the code that can write one: each has its
owner here.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["disk", "memory", "outside"]


@dataclass(frozen=True, slots=True)
class Stored:
    """One place: what it holds, where it is, how long it stays, what a copy and an erasure do."""

    name: str
    kind: Kind
    what: str
    """The code of a text: what it holds, and in which form."""
    end: str
    """The code of a text: how it ends, and what an erasure does to it."""
    retention: str
    """Its retention class."""
    is_sealed: bool
    """Encrypted with a key of the person's own."""
    paths: tuple[str, ...] = ()
    """For places on a disk: what their files match, under the data and the keys folder."""
    settings: tuple[str, ...] = ()
    """The settings that say where it is."""
    writers: tuple[str, ...] = ()
    """The modules that write it."""


_DATABASE = (
    "data/limner.db",
    "data/limner.db-wal",
    "data/limner.db-shm",
    "data/limner.db-journal",
    "data/limner.db.lock",
)

PLACES: tuple[Stored, ...] = (
    Stored(
        name="database",
        kind="disk",
        what="place-database",
        end="place-database-end",
        retention="account",
        is_sealed=False,
        paths=_DATABASE,
        settings=("DATABASE_URL", "LIMNER_DATA"),
        writers=("core/storage/database.py", "core/migrations/migrate.py", "core/bootstrap.py"),
    ),
    Stored(
        name="picture-store",
        kind="disk",
        what="place-pictures",
        end="place-pictures-end",
        retention="generated_pictures",
        is_sealed=True,
        paths=("data/pictures/*/*",),
        settings=("LIMNER_DATA", "LIMNER_S3_BUCKET", "LIMNER_S3_PREFIX", "LIMNER_S3_ENDPOINT"),
        writers=("core/storage/vault.py",),
    ),
    Stored(
        name="export-files",
        kind="disk",
        what="place-exports",
        end="place-exports-end",
        retention="exports",
        is_sealed=True,
        paths=("data/pictures/*/*",),
        settings=("LIMNER_DATA", "LIMNER_S3_BUCKET", "LIMNER_PUBLIC_URL"),
        writers=("core/storage/vault.py",),
    ),
    Stored(
        name="keys",
        kind="disk",
        what="place-keys",
        end="place-keys-end",
        retention="account",
        is_sealed=False,
        paths=("keys/keys.db", "keys/keys.db-wal", "keys/keys.db-shm"),
        settings=("LIMNER_KEYS", "LIMNER_KEYS_DATABASE_URL"),
        writers=("core/storage/keys.py",),
    ),
    Stored(
        name="installation-secrets",
        kind="disk",
        what="place-secrets",
        end="place-secrets-end",
        retention="operations",
        is_sealed=False,
        paths=("keys/*.key", "keys/*.pem"),
        settings=("LIMNER_KEYS",),
        writers=("core/storage/keys.py", "core/generation/provenance/signer.py"),
    ),
    Stored(
        name="local-page",
        kind="disk",
        what="place-page",
        end="place-page-end",
        retention="account",
        is_sealed=False,
        paths=("data/playground-person",),
        settings=("LIMNER_DATA",),
        writers=("bots/playground/person.py",),
    ),
    Stored(
        name="queue",
        kind="disk",
        what="place-queue",
        end="place-queue-end",
        retention="operations",
        is_sealed=False,
        paths=_DATABASE,
        settings=("DATABASE_URL",),
        writers=("core/storage/database.py",),
    ),
    Stored(
        name="caches",
        kind="memory",
        what="place-caches",
        end="place-caches-end",
        retention="operations",
        is_sealed=False,
    ),
    Stored(
        name="logs",
        kind="outside",
        what="place-logs",
        end="place-logs-end",
        retention="logs",
        is_sealed=False,
    ),
    Stored(
        name="backups",
        kind="outside",
        what="place-backups",
        end="place-backups-end",
        retention="operations",
        is_sealed=False,
    ),
    Stored(
        name="provider-copies",
        kind="outside",
        what="place-providers",
        end="place-providers-end",
        retention="prompts",
        is_sealed=False,
        settings=("OPENAI_BASE_URL",),
    ),
    Stored(
        name="chat-messages",
        kind="outside",
        what="place-chats",
        end="place-chats-end",
        retention="prompts",
        is_sealed=False,
    ),
)
"""In the order in which people are told of them."""
