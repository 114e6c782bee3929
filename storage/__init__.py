"""The store, its records, its migrations and the queries on it. Imports nothing from the other packages."""
