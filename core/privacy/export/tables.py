"""What each table is called in an export, and what it is about: codes of texts."""

TABLE_TEXTS = {
    "accounts": ("export-table-accounts", "export-about-accounts"),
    "identities": ("export-table-identities", "export-about-identities"),
    "choices": ("export-table-choices", "export-about-choices"),
    "consents": ("export-table-consents", "export-about-consents"),
    "usage_events": ("export-table-usage_events", "export-about-usage_events"),
    "requests": ("export-table-requests", "export-about-requests"),
    "pictures": ("export-table-pictures", "export-about-pictures"),
    "balances": ("export-table-balances", "export-about-balances"),
    "holds": ("export-table-holds", "export-about-holds"),
    "ledger": ("export-table-ledger", "export-about-ledger"),
    "exports": ("export-table-exports", "export-about-exports"),
    "export_parts": ("export-table-export_parts", "export-about-export_parts"),
    "letters": ("export-table-letters", "export-about-letters"),
    "rights_requests": ("export-table-rights_requests", "export-about-rights_requests"),
    "talks": ("export-table-talks", "export-about-talks"),
    "erasures": ("export-table-erasures", "export-about-erasures"),
    "training_pool": ("export-table-training_pool", "export-about-training_pool"),
    "policy_seen": ("export-table-policy_seen", "export-about-policy_seen"),
}
