"""calls for help"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OPEN = sa.text("taken_by IS NULL AND ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "help_call",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.String(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "help_call_open", "help_call", ["wanted_at"], unique=False, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("help_call_taken", "help_call", ["taken_at"], unique=False)


def downgrade() -> None:
    op.drop_index("help_call_taken", "help_call")
    op.drop_index("help_call_open", "help_call")
    op.drop_table("help_call")
