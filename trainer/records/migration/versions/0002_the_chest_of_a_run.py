"""The imported chest that a run is played on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this step."""
    op.add_column("run", sa.Column("chest_name", sa.String(length=80), nullable=True))
    op.add_column("run", sa.Column("chest_digest", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Go back to the step before."""
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_column("chest_digest")
        batch_op.drop_column("chest_name")
