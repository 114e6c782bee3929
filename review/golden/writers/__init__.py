"""Export formats of a release: one file each, and its line in ``catalogue.WRITERS``."""
