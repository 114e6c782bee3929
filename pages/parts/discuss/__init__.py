"""The Discuss page: an item that everybody has reviewed, its votes, and what people say about it."""
