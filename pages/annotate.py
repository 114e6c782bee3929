"""Annotate one item after another by keyboard."""

from pages.parts.desk import annotator
from pages.parts.shared import session

who = session.current()
who.need_role("annotator")
annotator.annotate(who.store, who.rater.id, who.need_week(), openings=who.openings)
