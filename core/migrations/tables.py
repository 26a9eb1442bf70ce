"""Every table of Limner, so that migrations and the inventory see one whole."""

from sqlalchemy import MetaData

from core.accounts import rows as accounts
from core.engine import liveness
from core.generation import rows as generation
from core.privacy.notice import rows as notice
from core.privacy.retention import rows as retention
from core.quotas import rows as quotas
from core.storage.inventory import Base

MODULES = (accounts, liveness, generation, quotas, retention, notice)


def all_tables() -> MetaData:
    """Return the metadata with all features' rows in it."""
    return Base.metadata
