"""How much the two layers of an answer in SQL count: apart from the estimates, which wait for scipy."""

from __future__ import annotations

WEIGHTS = (0.7, 0.3)
"""The weights of the mean execution and of the mean of the semantic scores, where a project names no others."""
