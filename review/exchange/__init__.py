"""Labels and verdicts as files, in and out."""
