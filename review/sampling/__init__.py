"""The draw: key, groups, frame and ledger. The same rows whatever engine holds the log."""
