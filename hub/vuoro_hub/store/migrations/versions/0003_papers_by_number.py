"""papers by number: a number that somebody holds is not given again"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("paper_numbered", "paper", ["number", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("paper_numbered", "paper")
