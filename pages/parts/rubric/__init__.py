"""Parts of the Rubric page."""
