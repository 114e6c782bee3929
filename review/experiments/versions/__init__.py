"""Versions of the product under test: registered, approved on evidence, in force, and seen in the log."""
