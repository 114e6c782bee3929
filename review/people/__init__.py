"""Who is who: raters, their roles, and the identities of those who log in."""
