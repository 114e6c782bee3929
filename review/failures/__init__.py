"""Failures of production: their archive, modes, weekly triage and claimed fixes, and what is made of them."""
