"""The imported log of production conversations: read it, append to it."""
