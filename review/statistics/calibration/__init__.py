"""A judge's verdicts against people's labels: precision, recall and intervals, weighted by the draw."""
