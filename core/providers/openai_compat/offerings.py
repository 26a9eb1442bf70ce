"""What a configured service offers: the catalogue's models, or those that configuration names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.kernel.units import MicroUsd
from core.providers.catalogue.dialect import Dialect, Model
from core.providers.catalogue.loader import self_hosted_facts, unknown_facts
from core.providers.openai_compat.download import is_own_network
from core.providers.port import Capability, Offering, PrivacyFacts


@dataclass(frozen=True, slots=True)
class Listed:
    """An offering and the model behind it."""

    offering: Offering
    model: Model


def offerings_of(
    dialect: Dialect,
    host: str,
    *,
    models: Sequence[str],
    self_hosted: bool,
    privacy: PrivacyFacts | None,
) -> tuple[Listed, ...]:
    """List what the service at this host offers.

    The catalogue's privacy facts hold for the service's own hosts only. The same protocol at any
    other public address is a stranger, and its facts are unknown, unless the operator vouches.
    """
    own = _is_own(dialect, host, self_hosted=self_hosted)
    facts = privacy or _facts(dialect, host, own=own)
    processor = "" if own else (dialect.processor if host in dialect.hosts else host)
    chosen = tuple(_model(dialect, name) for name in models) or dialect.models
    return tuple(Listed(_offering(dialect, model, facts, processor), model) for model in chosen)


def is_known_place(dialect: Dialect, host: str, *, self_hosted: bool) -> bool:
    """Say whether somebody answers for what is kept at this host; if not, it is never used."""
    is_own = _is_own(dialect, host, self_hosted=self_hosted)
    return is_own or (dialect.privacy is not None and host in dialect.hosts)


def _is_own(dialect: Dialect, host: str, *, self_hosted: bool) -> bool:
    return self_hosted or (dialect.self_hosted and is_own_network(host))


def _facts(dialect: Dialect, host: str, *, own: bool) -> PrivacyFacts:
    if own:
        return self_hosted_facts()
    if dialect.privacy is not None and host in dialect.hosts:
        return dialect.privacy
    return unknown_facts("nobody has looked at this address", date.min)


def _model(dialect: Dialect, name: str) -> Model:
    for model in dialect.models:
        if name in (model.model, model.id):
            return model
    slug = re.sub(r"[^a-z0-9.]+", "-", name.rpartition("/")[2].lower()).strip("-")
    return replace(dialect.unlisted, model=name, id=f"{dialect.name}/{slug}", title=name)


def _offering(dialect: Dialect, model: Model, facts: PrivacyFacts, processor: str) -> Offering:
    return Offering(
        id=model.id,
        provider=dialect.name,
        model=model.model,
        title=model.title,
        capability=Capability.TEXT_TO_IMAGE,
        limits=model.limits,
        credits_each=model.credits_each,
        price_each=MicroUsd(model.price_micro_usd),
        privacy=facts,
        processor=processor,
        previews=dialect.wire.partial_images > 0,
        cancels=dialect.cancels,
        typical_s=model.typical_s,
        after_crash=dialect.after_crash,
    )
