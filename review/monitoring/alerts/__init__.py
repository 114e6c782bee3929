"""Alerts on figures of production: what is declared, what the log says about it, and the story of each alert raised."""
