"""Opening a week: draw, items, dealing, handing over and asking again."""
