"""The judge whose verdicts come from a file."""
