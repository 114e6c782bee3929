"""What the product remembers: the store, its records and its migrations. Imports nothing of ours."""
