"""Judges as data: their kinds (``kinds.JUDGES``), their versions, and how these are numbered."""
