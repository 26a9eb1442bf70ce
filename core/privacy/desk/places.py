"""What holds where a person says they are: the rights that exist there, and the authority."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from core.privacy.notice.wording import Line

_OTHER_LAW = frozenset({"HK", "US-CA"})
"""Places in the data that are neither in the EEA nor under a law like its own (UK, Switzerland)."""


@cache
def authorities() -> Mapping[str, Mapping[str, str]]:
    """Return name and address of the authority of each place that the shipped data knows."""
    file = resources.files("core.privacy.desk").joinpath("authorities.toml")
    found: Mapping[str, Mapping[str, str]] = tomllib.loads(file.read_text("utf-8"))
    return found


def _rights(region: str, subdivision: str) -> Line | None:
    if region in authorities().keys() - _OTHER_LAW:
        # Flux Art 14.3: restriction, portability and objection.
        return Line("desk-rights-eea")
    if (region, subdivision) == ("US", "CA"):
        # Flux Art 14.4: to know, access, correct, delete, and opt out of sale and sharing.
        return Line("desk-rights-california")
    # Flux Art 14.2: access and correction under the PDPO.
    return Line("desk-rights-hong-kong") if region == "HK" else None


def local_lines(region: str, subdivision: str) -> tuple[Line, ...]:
    """Return which rights exist where somebody is, and to whom they can complain there.

    Nothing for somebody who has not said where they are, or lives where nothing is known to
    differ: the notice's page about rights speaks to everybody.
    """
    rights = _rights(region, subdivision)
    authority = authorities().get(f"{region}-{subdivision}" if subdivision else region)
    lines = [] if rights is None else [rights]
    if authority is not None:
        lines.append(Line("desk-authority", {"name": authority["name"], "url": authority["url"]}))
    return tuple(lines)
