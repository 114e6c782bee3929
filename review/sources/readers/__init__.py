"""Formats of conversations: one file each and a line in ``catalogue.READERS``."""
