"""All steps of the schema in order. Never edit an old one; add one to the last file, and to its STEPS.

Each step runs in one transaction together with the record that it ran, so a failing one leaves nothing behind. A step
that adds a column says what NULL means in older rows.
"""

from __future__ import annotations

from storage.migrations import around, coming_in, judging, reviewing, working_together
from storage.migrations.sqlite_utils_alone import new_migrations

STEPS = tuple(step for part in (reviewing, judging, coming_in, working_together, around) for step in part.STEPS)
"""Every step of the schema, in order."""

migrations = new_migrations("spotcheck")
for step in STEPS:
    migrations()(step)
