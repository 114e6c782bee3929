"""How far people agree: coefficients, intervals, pairs and raters, as pure functions over ``Ratings``."""
