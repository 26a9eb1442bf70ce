"""What each table is called and what it is about, for whoever reads an export."""

from core.kernel.people import LANGUAGES, Language
from core.messages.catalogue import text
from core.privacy.notice.wording import CATEGORIES
from core.privacy.subject.shelves import Shelf

_TEXTS: dict[str, tuple[str, str]] = {
    "accounts": ("export-table-accounts", "export-about-accounts"),
    "identities": ("export-table-identities", "export-about-identities"),
    "choices": ("export-table-choices", "export-about-choices"),
    "consents": ("export-table-consents", "export-about-consents"),
    "usage_events": ("export-table-usage-events", "export-about-usage-events"),
    "requests": ("export-table-requests", "export-about-requests"),
    "chat_copies": ("export-table-chat-copies", "export-about-chat-copies"),
    "pictures": ("export-table-pictures", "export-about-pictures"),
    "balances": ("export-table-balances", "export-about-balances"),
    "holds": ("export-table-holds", "export-about-holds"),
    "ledger": ("export-table-ledger", "export-about-ledger"),
    "exports": ("export-table-exports", "export-about-exports"),
    "export_parts": ("export-table-export-parts", "export-about-export-parts"),
    "letters": ("export-table-letters", "export-about-letters"),
    "rights_requests": ("export-table-rights-requests", "export-about-rights-requests"),
    "talks": ("export-table-talks", "export-about-talks"),
    "erasures": ("export-table-erasures", "export-about-erasures"),
    "training_pool": ("export-table-training-pool", "export-about-training-pool"),
    "link_codes": ("export-table-link-codes", "export-about-link-codes"),
    "account_moves": ("export-table-account-moves", "export-about-account-moves"),
    "policy_seen": ("export-table-policy-seen", "export-about-policy-seen"),
}

Both = dict[Language, str]


def table_texts(shelf: Shelf) -> tuple[Both, Both]:
    """Return a table's title and what it is about, in every language.

    A table that nobody has written about yet is called by its name and its category.
    """
    kind = CATEGORIES[shelf.category]
    title, about = _TEXTS.get(shelf.name, ("", kind))
    return (
        {one: text(title, one) if title else shelf.name for one in LANGUAGES},
        {one: text(about, one) for one in LANGUAGES},
    )
