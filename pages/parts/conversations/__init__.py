"""The parts of the Conversations page: import of dropped files, past imports, and the log."""
