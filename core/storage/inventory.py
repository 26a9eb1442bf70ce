"""What each column is for: declared beside the column, required for every column."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

from core.policy.purposes import lawless, misused

Category = Literal[
    "account", "content", "usage", "quota", "billing", "support", "safety", "consent", "operations"
]
Basis = Literal["contract", "legitimate_interest", "consent", "legal_obligation", "none"]
Export = Literal["plain", "opened", "omit"]
Erase = Literal["delete", "keyed_hash", "keep"]
Encryption = Literal["none", "sealed", "hmac"]
Source = Literal["person", "platform", "provider", "service"]
"""Who a value came from: typed or chosen by the person, told by the chat platform, made by the
service that drew a picture, or made here."""

INFO = "inventory"


@dataclass(frozen=True, slots=True)
class Declaration:
    """One column's place in the record of processing (GDPR Article 30)."""

    category: Category
    person_path: str
    """How the row leads to a person: ``self``, a column such as ``account_id``, or ``none``."""
    purposes: frozenset[str]
    basis: Basis
    retention: str
    """A retention class; every profile gives it a period."""
    export: Export
    """``plain`` as it is, ``opened`` after unsealing, ``omit`` with a reason."""
    erase: Erase
    encryption: Encryption
    third_party: Literal["none", "masked"]
    """Whether the value may hold somebody else's data, which exports mask."""
    recipients: frozenset[str]
    """Who outside this machine receives it: ``provider``, ``surface``; empty for nobody."""
    reason: str
    """Shown to people; required for ``omit`` and ``keep``."""
    source: Source = "service"


class Base(DeclarativeBase):
    """All tables of Limner; one metadata for migrations and the inventory."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def personal(
    *args: Any,
    category: Category,
    purposes: Iterable[str],
    basis: Basis,
    retention: str,
    export: Export,
    erase: Erase,
    path: str = "account_id",
    encryption: Encryption = "none",
    third_party: Literal["none", "masked"] = "none",
    recipients: Iterable[str] = (),
    reason: str = "",
    source: Source = "service",
    **kwargs: Any,
) -> MappedColumn[Any]:
    """Declare a column that leads to a person, and make it.

    Raises:
        ValueError: ``omit`` or ``keep`` without a reason that people can be shown, a purpose that
            such data may not serve, or a legal duty without a law.
    """
    purposes = frozenset(purposes)
    if strange := misused(category, purposes):
        msg = f"{category} data may not serve {', '.join(sorted(strange))}"
        raise ValueError(msg)
    if basis == "legal_obligation" and (lawless_ones := lawless(purposes)):
        msg = f"no law makes it a duty: {', '.join(sorted(lawless_ones))}"
        raise ValueError(msg)
    if (export == "omit" or erase == "keep") and not reason:
        msg = "a column that is left out or kept needs a reason that people can be shown"
        raise ValueError(msg)
    declaration = Declaration(
        category=category,
        person_path=path,
        purposes=purposes,
        basis=basis,
        retention=retention,
        export=export,
        erase=erase,
        encryption=encryption,
        third_party=third_party,
        recipients=frozenset(recipients),
        reason=reason,
        source=source,
    )
    return mapped_column(*args, info={INFO: declaration}, **kwargs)


def operational(*args: Any, retention: str, reason: str, **kwargs: Any) -> MappedColumn[Any]:
    """Declare a column that says nothing of a person, with the reason why, and make it."""
    declaration = Declaration(
        category="operations",
        person_path="none",
        purposes=frozenset({"operation"}),
        basis="none",
        retention=retention,
        export="omit",
        erase="keep",
        encryption="none",
        third_party="none",
        recipients=frozenset(),
        reason=reason,
    )
    return mapped_column(*args, info={INFO: declaration}, **kwargs)


def declarations(metadata: MetaData) -> dict[tuple[str, str], Declaration]:
    """Return the declaration of every (table, column) that has one."""
    return {
        (table.name, column.name): column.info[INFO]
        for table in metadata.sorted_tables
        for column in table.columns
        if INFO in column.info
    }
