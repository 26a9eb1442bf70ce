"""Where an account stands, what people chose, and what outlives an erasure."""

import sqlalchemy as sa
from alembic import op

import core.storage.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    # Never by a copy of the table: dropping the old one would take everybody's rows along.
    time = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    op.execute(
        "ALTER TABLE accounts ADD COLUMN standing VARCHAR(12) NOT NULL DEFAULT 'active' "
        "CONSTRAINT ck_accounts_standing_known_values "
        "CHECK (standing IN ('active', 'restricted', 'closed', 'erasing'))"
    )
    op.execute(
        f"ALTER TABLE accounts ADD COLUMN closed_at {time} "
        "CONSTRAINT ck_accounts_closed_has_time "
        "CHECK (standing != 'closed' OR closed_at IS NOT NULL)"
    )
    op.execute("ALTER TABLE accounts ADD COLUMN subdivision VARCHAR(3) NOT NULL DEFAULT ''")
    for name in ("banned_at", "last_used_at", "closing_warned_at"):
        op.add_column(
            "accounts", sa.Column(name, core.storage.database.UtcDateTime(), nullable=True)
        )

    op.create_table(
        "choices",
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("since", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_choices_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "kind", name=op.f("pk_choices")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("policy_version", sa.String(length=64), nullable=False),
        sa.Column("surface", sa.String(length=32), nullable=False),
        sa.Column("at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('given', 'withdrawn')", name=op.f("ck_consents_state_known_values")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_consents_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(
            "ix_consents_account_id_purpose_at", ["account_id", "purpose", "at"], unique=False
        )

    op.create_table(
        "link_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("expires_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_link_codes_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_link_codes")),
        sa.UniqueConstraint("account_id", name=op.f("uq_link_codes_account_id")),
    )
    op.create_table(
        "account_moves",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("into_id", sa.String(length=26), nullable=False),
        sa.Column("surface", sa.String(length=32), nullable=False),
        sa.Column("begun_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_account_moves_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_moves")),
        sa.UniqueConstraint(
            "account_id", "into_id", name=op.f("uq_account_moves_account_id_into_id")
        ),
        info={"clock": "begun_at"},
    )
    with op.batch_alter_table("account_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_moves_into_id"), ["into_id"], unique=False)

    op.create_table(
        "tombstones",
        sa.Column("native_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("made_at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_tombstones_account_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("native_hash", "kind", name=op.f("pk_tombstones")),
        info={"clock": "made_at"},
    )
    with op.batch_alter_table("tombstones", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tombstones_account_id"), ["account_id"], unique=False)

    op.create_table(
        "usage_events",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("surface", sa.String(length=32), nullable=False),
        sa.Column("feature", sa.String(length=32), nullable=False),
        sa.Column("offering_id", sa.String(length=128), server_default="", nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("at", core.storage.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_usage_events_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_events")),
        info={"clock": "at"},
    )
    with op.batch_alter_table("usage_events", schema=None) as batch_op:
        batch_op.create_index("ix_usage_events_account_id_at", ["account_id", "at"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_usage_events_account_id_at", table_name="usage_events")
    op.drop_table("usage_events")
    op.drop_index("ix_tombstones_account_id", table_name="tombstones")
    op.drop_table("tombstones")
    op.drop_index("ix_account_moves_into_id", table_name="account_moves")
    op.drop_table("account_moves")
    op.drop_table("link_codes")
    op.drop_index("ix_consents_account_id_purpose_at", table_name="consents")
    op.drop_table("consents")
    op.drop_table("choices")
    dropped = ("closing_warned_at", "last_used_at", "banned_at", "subdivision")
    for name in (*dropped, "closed_at", "standing"):
        op.execute(f"ALTER TABLE accounts DROP COLUMN {name}")
