"""From the store to the inputs of the statistics: ratings, labels paired with verdicts, production counts."""
