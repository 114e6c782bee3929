"""The end of a week: its checklist and its closing."""
