"""The language in which a reader sees the two desks, and its catalogue."""
