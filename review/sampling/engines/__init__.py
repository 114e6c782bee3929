"""Where a log can be drawn from: one file per engine and a line in ``catalogue.ENGINES``."""
