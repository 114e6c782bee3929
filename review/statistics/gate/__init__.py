"""The regression gate: whether a version can replace the current one, given both results on the same cases."""
