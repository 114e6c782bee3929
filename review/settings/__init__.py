"""The settings of a project: ``spotcheck.toml``, read and checked in one place."""
