"""Result tables as values: canonical cells, the comparison of two results, figures of an answer traced to a result."""
