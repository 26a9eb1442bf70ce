"""People's rights: exports, erasures, letters, the desk, the training pool."""

import sqlalchemy as sa
from alembic import op

import core.storage.database

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=True),
        sa.Column("subject_hash", sa.String(length=64), nullable=False),
        sa.Column("requester", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("was_standing", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("confirmed_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("run_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("try_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("ended_at", core.storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("letter_id", sa.String(length=26), nullable=True),
        sa.Column("stores", sa.JSON(), nullable=False),
        sa.Column("addresses_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("receipt", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "requester IN ('person', 'platform', 'minor', 'operator', 'retention')",
            name=op.f("ck_erasures_requester_known_values"),
        ),
        sa.CheckConstraint(
            "state IN ('frozen', 'running', 'done', 'undone')",
            name=op.f("ck_erasures_state_known_values"),
        ),
        sa.CheckConstraint(
            "reason IN ('', 'asked', 'law', 'mistake', 'minor', 'shutdown', 'restored')",
            name=op.f("ck_erasures_reason_known_values"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        info={"clock": "confirmed_at", "sealed_by": "id"},
    )
    with op.batch_alter_table("erasures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasures_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_erasures_state_run_at", ["state", "run_at"], unique=False)

    op.create_table(
        "provider_copies",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("about", sa.String(length=26), nullable=False),
        sa.Column("offering_id", sa.String(length=128), nullable=False),
        sa.Column("job_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("gone_at", core.storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("try_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'deleted', 'expires', 'nothing_stored', 'unsupported')",
            name=op.f("ck_provider_copies_state_known_values"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_copies")),
        info={"clock": "created_at"},
    )
    with op.batch_alter_table("provider_copies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_provider_copies_about"), ["about"], unique=False)
        batch_op.create_index("ix_provider_copies_state_try_at", ["state", "try_at"], unique=False)

    op.create_table(
        "confirmations",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_confirmations_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "action", name=op.f("pk_confirmations")),
    )
    op.create_table(
        "exports",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("surface", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("part_limit_bytes", sa.BigInteger(), nullable=False),
        sa.Column("passphrase_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reply_to_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column("letter_id", sa.String(length=26), nullable=True),
        sa.Column("request_id", sa.String(length=26), nullable=False),
        sa.Column("cursor", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("done_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", core.storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("expires_at", core.storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'ready', 'failed', 'gone')",
            name=op.f("ck_exports_state_known_values"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_exports_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        info={"clock": "created_at"},
    )
    with op.batch_alter_table("exports", schema=None) as batch_op:
        batch_op.create_index(
            "ix_exports_account_id_created_at", ["account_id", "created_at"], unique=False
        )
        batch_op.create_index(
            "uq_exports_running",
            ["account_id"],
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "letters",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=True),
        sa.Column("about", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("surface", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("reply_to_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("message_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("attachment_owner", sa.String(length=26), nullable=True),
        sa.Column("attachment", sa.String(length=26), nullable=True),
        sa.Column("file_name", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("was_started", sa.Boolean(), nullable=False),
        sa.Column("claimed_by", sa.String(length=26), nullable=True),
        sa.Column("claimed_until", core.storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("not_before", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.Column("is_promotional", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "kind IN ('page', 'file', 'takeback')", name=op.f("ck_letters_kind_known_values")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'done')", name=op.f("ck_letters_state_known_values")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_letters_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        info={"clock": "created_at", "sealed_by": "id"},
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letters_about"), ["about"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "ix_letters_surface_state_not_before", ["surface", "state", "not_before"], unique=False
        )

    op.create_table(
        "rights_requests",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("jurisdiction", sa.String(length=16), nullable=False),
        sa.Column("came_by", sa.String(length=16), nullable=False),
        sa.Column("received_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("extended_at", core.storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("extension_reason", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("ended_at", core.storage.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("fee_reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(extended_at IS NULL) = (extension_reason = '')",
            name=op.f("ck_rights_requests_extension_has_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'done', 'refused')",
            name=op.f("ck_rights_requests_state_known_values"),
        ),
        sa.CheckConstraint("due_at > received_at", name=op.f("ck_rights_requests_due_later")),
        sa.CheckConstraint(
            "fee_cents = 0 OR (fee_cents > 0 AND jurisdiction = 'hong_kong' AND fee_reason != '')",
            name=op.f("ck_rights_requests_fee_only_where_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_rights_requests_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_requests")),
        info={"clock": "received_at"},
    )
    with op.batch_alter_table("rights_requests", schema=None) as batch_op:
        batch_op.create_index(
            "ix_rights_requests_account_id_received_at", ["account_id", "received_at"], unique=False
        )
        batch_op.create_index("ix_rights_requests_state_due_at", ["state", "due_at"], unique=False)

    op.create_table(
        "talks",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("surface", sa.String(length=32), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reply_to_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('support', 'appeal', 'paysupport')", name=op.f("ck_talks_kind_known_values")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'answered')", name=op.f("ck_talks_state_known_values")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_talks_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talks")),
        info={"clock": "last_at"},
    )
    with op.batch_alter_table("talks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_talks_account_id"), ["account_id"], unique=False)

    op.create_table(
        "export_parts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("export_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("blob", sa.String(length=26), nullable=False),
        sa.Column("file_name", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("downloads", sa.Integer(), nullable=False),
        sa.Column("created_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("downloads >= 0", name=op.f("ck_export_parts_downloads_not_negative")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_export_parts_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["export_id"],
            ["exports.id"],
            name=op.f("fk_export_parts_export_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_parts")),
        sa.UniqueConstraint("export_id", "number", name=op.f("uq_export_parts_export_id_number")),
        info={"clock": "created_at", "blobs": ("blob",)},
    )
    with op.batch_alter_table("export_parts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_export_parts_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "training_pool",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("picture_id", sa.String(length=26), nullable=False),
        sa.Column("consent_id", sa.String(length=26), nullable=False),
        sa.Column("captured_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_training_pool_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["consents.id"],
            name=op.f("fk_training_pool_consent_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"],
            ["pictures.id"],
            name=op.f("fk_training_pool_picture_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_pool")),
        sa.UniqueConstraint("picture_id", name=op.f("uq_training_pool_picture_id")),
        info={"clock": "captured_at"},
    )
    with op.batch_alter_table("training_pool", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_training_pool_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "feature_days",
        sa.Column("day", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("feature", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "uses >= people AND people >= 5", name=op.f("ck_feature_days_people_range")
        ),
        sa.PrimaryKeyConstraint("day", "feature", "outcome", name=op.f("pk_feature_days")),
        info={"clock": "day"},
    )
    op.create_table(
        "counted_days",
        sa.Column("day", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("counted_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_counted_days")),
        info={"clock": "day"},
    )

    op.create_table(
        "chat_copies",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("request_id", sa.String(length=26), nullable=False),
        sa.Column("picture_id", sa.String(length=26), nullable=True),
        sa.Column("surface", sa.String(length=32), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("shows_words", sa.Boolean(), nullable=False),
        sa.Column(
            "removable_until", core.storage.database.UtcDateTime(timezone=True), nullable=True
        ),
        sa.Column("created_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_chat_copies_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["requests.id"],
            name=op.f("fk_chat_copies_request_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_copies")),
        info={"clock": "created_at"},
    )
    op.create_index(op.f("ix_chat_copies_account_id"), "chat_copies", ["account_id"])
    op.create_index(op.f("ix_chat_copies_request_id"), "chat_copies", ["request_id"])

    op.add_column(
        "requests",
        sa.Column(
            "message_removable_until",
            core.storage.database.UtcDateTime(timezone=True),
            nullable=True,
        ),
    )


def downgrade() -> None:
    """Undo; indexes go with their tables."""
    op.drop_column("requests", "message_removable_until")
    op.drop_table("chat_copies")
    op.drop_table("counted_days")
    op.drop_table("feature_days")
    op.drop_table("training_pool")
    op.drop_table("export_parts")
    op.drop_table("talks")
    op.drop_table("rights_requests")
    op.drop_table("letters")
    op.drop_table("exports")
    op.drop_table("confirmations")
    op.drop_table("provider_copies")
    op.drop_table("erasures")
