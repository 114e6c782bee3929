"""Erasure of a person's data: what holds it, who confirms it, emptying every place, and the proof that all is gone."""
