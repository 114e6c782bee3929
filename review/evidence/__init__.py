"""From the store to the inputs of the statistics: ratings, truth and verdict pairs, production counts."""
