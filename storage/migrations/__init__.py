"""The schema of the store, as an append-only list of small named functions."""
