"""Runs of a judge over a week, a release or a file: planned, worked off, paused and resumed."""
