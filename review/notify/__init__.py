"""Messages about weeks: which are due, what they say, sending them through Apprise, and the log of what was sent."""
