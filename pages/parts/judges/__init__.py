"""Parts of the Judges page."""
