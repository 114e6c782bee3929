"""Versions side by side: by case, measure and slice, by how their answers read, and over releases and months."""
