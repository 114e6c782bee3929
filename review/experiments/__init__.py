"""Versions of the product under test, their runs over a golden release, and the scores of what they answered."""
