"""Scorers: the ways to tell how good one answer is, one file each."""
