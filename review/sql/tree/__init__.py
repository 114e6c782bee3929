"""A statement read once: its syntax tree, where each name comes from, and the findings about it."""
