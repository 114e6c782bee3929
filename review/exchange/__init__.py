"""Import and export of labels and verdicts as files."""
