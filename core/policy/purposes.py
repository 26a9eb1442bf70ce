"""What each kind of data may be used for, and which law makes a use a duty; pure.

Sources: Artiflux, Information Collection (AX-03, AX-09), Flux Art 3 and 4 (FA-3, FA-4.0, FA-4.4).
"""

from collections.abc import Iterable, Mapping

ALLOWED: Mapping[str, frozenset[str]] = {
    "account": frozenset(
        {"service", "account", "billing", "support", "notice", "security", "abuse", "age_check"}
        | {"routing", "rights", "transparency", "consent", "retention", "legal", "claims"}
    ),
    "content": frozenset(
        {"service", "security", "abuse", "consent", "support", "rights", "legal", "claims"}
    ),
    "usage": frozenset(
        {"service", "analytics", "security", "abuse", "support", "transparency", "rights"}
    ),
    "quota": frozenset({"service", "account", "billing", "abuse", "rights"}),
    "billing": frozenset({"billing", "account", "support", "rights", "legal", "claims"}),
    "support": frozenset({"support", "notice", "rights", "legal", "claims"}),
    "safety": frozenset({"security", "abuse", "age_check", "rights", "legal", "claims"}),
    "consent": frozenset({"consent", "transparency", "rights", "legal", "claims"}),
    "operations": frozenset({"operation", "service", "security", "retention"}),
}
"""By category. Account data serve the account, help and what was paid for: never the analysis of
use, never advertising. Analysis has records of its own, which nobody who said no is in."""

LAWS: Mapping[str, tuple[str, ...]] = {
    "rights": (
        "GDPR and UK GDPR, Articles 12 and 15 to 22",
        "California Civil Code, 1798.100 to 1798.135",
        "Hong Kong, Personal Data (Privacy) Ordinance (Cap. 486), sections 18 to 28",
    ),
    "transparency": (
        "GDPR and UK GDPR, Articles 13 and 14",
        "California Civil Code, 1798.130",
        "Hong Kong, Personal Data (Privacy) Ordinance, principles 1(3) and 5",
    ),
    "consent": ("GDPR and UK GDPR, Article 7(1) and (3)",),
    "notice": ("GDPR and UK GDPR, Articles 12(3), 19 and 34",),
    "retention": (
        "GDPR and UK GDPR, Article 5(1)(e)",
        "Hong Kong, Personal Data (Privacy) Ordinance, section 26 and principle 2(2)",
    ),
    "security": (
        "GDPR and UK GDPR, Article 32",
        "Hong Kong, Personal Data (Privacy) Ordinance, principle 4",
    ),
    "age_check": (
        "GDPR and UK GDPR, Article 8",
        "California Civil Code, 1798.120(c)",
    ),
    "routing": (
        "GDPR and UK GDPR, Articles 44 to 49",
        "China, Personal Information Protection Law, Articles 38 to 40",
    ),
    "billing": (
        "Hong Kong, Inland Revenue Ordinance (Cap. 112), section 51C",
        "Hong Kong, Anti-Money Laundering Ordinance (Cap. 615), schedule 2, section 20",
    ),
    "legal": ("the order that is on record with what it concerns",),
}
"""By purpose: what makes it a duty. A use without an entry can't rest on a legal obligation."""


def misused(category: str, purposes: Iterable[str]) -> frozenset[str]:
    """Return the purposes that data of a category may not serve; empty when all are fine."""
    return frozenset(purposes) - ALLOWED[category]


def lawless(purposes: Iterable[str]) -> frozenset[str]:
    """Return the purposes that no law makes a duty; empty when all can be."""
    return frozenset(purposes) - frozenset(LAWS)


def laws_for(purposes: Iterable[str]) -> tuple[str, ...]:
    """Return the laws behind duties, each once, in the order of the table."""
    wanted = frozenset(purposes)
    found = (law for purpose, laws in LAWS.items() if purpose in wanted for law in laws)
    return tuple(dict.fromkeys(found))
