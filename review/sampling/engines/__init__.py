"""Engines that a log can be drawn from: one file each and a line in ``catalogue.ENGINES``."""
