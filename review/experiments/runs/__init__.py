"""Runs of a version over a release: asked once, in any number of sittings, scored, and read back."""
