"""Runs of a judge over a week, a release or a file: planned, worked on, paused and resumed."""
