"""The databases that statements run on: how each is opened for reading alone, described and asked."""
