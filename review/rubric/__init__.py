"""The rubric: dimensions, their values and versions, and the differences between two versions."""
