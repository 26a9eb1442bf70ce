"""Every table of Limner, so that migrations and the inventory see one whole."""

from sqlalchemy import MetaData

from core.accounts import rows as accounts
from core.engine import liveness
from core.generation import rows as generation
from core.privacy.desk import rows as desk
from core.privacy.erasure import rows as erasure
from core.privacy.export import rows as export
from core.privacy.letters import rows as letters
from core.privacy.notice import rows as notice
from core.privacy.retention import rows as retention
from core.privacy.training import rows as training
from core.quotas import rows as quotas
from core.storage.inventory import Base

MODULES = (
    accounts,
    liveness,
    generation,
    quotas,
    retention,
    notice,
    desk,
    erasure,
    export,
    letters,
    training,
)


def all_tables() -> MetaData:
    """Return the metadata with all features' rows in it."""
    return Base.metadata
