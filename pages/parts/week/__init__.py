"""Parts of the Week page."""
