"""Figures that are looked at again and again: when a rate, a total or the traffic itself has changed, and where."""
