"""How far a judge agrees with people: precision, recall and intervals, weighted by the draw."""
