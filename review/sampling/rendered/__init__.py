"""Draws that somebody else runs: the SQL for a warehouse that we do not reach, and the file with its result."""
