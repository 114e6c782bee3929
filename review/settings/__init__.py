"""``spotcheck.toml``, read and validated once for everybody."""
