"""People: raters, their roles, and who a login or a proxy says a visitor is."""
