"""The tables, columns, types and keys that statements are checked against, and the files that describe them."""
