"""Settling disagreements: the cases, their order, and the decisions that adjudicators send."""
