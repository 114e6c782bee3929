"""Parts of the Golden page."""
