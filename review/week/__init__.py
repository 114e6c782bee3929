"""The work of a week: open it, draw, deal, hand over, ask again."""
