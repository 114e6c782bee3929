"""The key, the strata, the frame, and draws with their ledger."""
