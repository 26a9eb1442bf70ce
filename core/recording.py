"""What ``limner policy record`` writes: the record of processing under the settings as they are."""

from typing import Literal

from core.bootstrap import build_providers
from core.engine.inventory import engine_declarations
from core.migrations.tables import all_tables
from core.policy.profile import load_profile
from core.privacy.counter.notices import notice_for
from core.privacy.record import as_json, as_markdown, record_of
from core.providers.registry import Registry
from core.settings import Settings
from core.storage.inventory import declarations

Form = Literal["markdown", "json"]


async def processing_record(settings: Settings, form: Form) -> str:
    """Return the record; nothing is connected to, and nothing is stored.

    Raises:
        ProfileInvalid: the profile can't be used.
    """
    registry = Registry(build_providers(settings))
    try:
        notice = notice_for(settings, load_profile(settings.policy), registry.offerings())
    finally:
        await registry.aclose()
    declared = {**declarations(all_tables()), **engine_declarations()}
    record = record_of(notice, declared)
    return as_json(record) if form == "json" else as_markdown(record)
