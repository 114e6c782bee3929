"""The rubric: dimensions, their values and versions, and what a change would do."""
