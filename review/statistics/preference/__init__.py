"""Votes on pairs of answers: preference shares, the pull of the first place, and strengths of several answers."""
