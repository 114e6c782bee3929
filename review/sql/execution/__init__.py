"""Run proved statements in child processes with limits on time, rows, bytes and memory; cache results by content."""
