"""The embedded log of production conversations: reading it and appending to it."""
