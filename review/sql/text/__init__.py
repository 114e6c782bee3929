"""SQL as characters: dialects, and which parts of a text are code, strings and comments."""
