"""Importing conversations: raw rows, cells and values on their way into the log."""
