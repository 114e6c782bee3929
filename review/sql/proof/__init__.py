"""The static proof: all chosen rules on one statement, and what it means when the statement cannot be read."""
