"""Judges that run: versions as data, one file per kind, runs in the background."""
