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


PLACES: tuple[Stored, ...] = (
    Stored(
        name="database",
        kind="disk",
        what="place-database",
        end="place-database-end",
        retention="account",
        is_sealed=False,
        paths=("data/limner.db", "data/limner.db-wal", "data/limner.db-shm"),
    ),
    Stored(
        name="picture-store",
        kind="disk",
        what="place-pictures",
        end="place-pictures-end",
        retention="generated_pictures",
        is_sealed=True,
        paths=("data/pictures/*/*",),
    ),
    Stored(
        name="export-files",
        kind="disk",
        what="place-exports",
        end="place-exports-end",
        retention="exports",
        is_sealed=True,
        paths=("data/pictures/*/*",),
    ),
    Stored(
        name="keys",
        kind="disk",
        what="place-keys",
        end="place-keys-end",
        retention="account",
        is_sealed=False,
        paths=("keys/keys.db", "keys/keys.db-wal", "keys/keys.db-shm"),
    ),
    Stored(
        name="installation-secrets",
        kind="disk",
        what="place-secrets",
        end="place-secrets-end",
        retention="operations",
        is_sealed=False,
        paths=("keys/master.key", "keys/pepper.key", "keys/provenance-signer.pem"),
    ),
    Stored(
        name="queue",
        kind="disk",
        what="place-queue",
        end="place-queue-end",
        retention="operations",
        is_sealed=False,
        paths=("data/limner.db", "data/limner.db-wal", "data/limner.db-shm"),
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
