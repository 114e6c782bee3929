"""Targets: the ways to ask the product under test, one file each."""
