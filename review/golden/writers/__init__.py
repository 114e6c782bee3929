"""Export formats of a release: one file each and a line in ``catalogue.WRITERS``."""
