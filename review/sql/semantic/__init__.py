"""What a statement must be about: tables and columns that an example or a word of its question demands, and "
"its time."""
