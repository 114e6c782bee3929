"""Checks that need no judge, one file each. They run on import and on demand."""
