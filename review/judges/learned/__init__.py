"""The judge that learns from settled labels."""
