"""Draw a sample: key, groups, frame and ledger. Every engine that holds the log gives the same rows."""
