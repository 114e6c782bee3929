"""From raw records of any format to masked conversations, and the import that adds them to the log."""
