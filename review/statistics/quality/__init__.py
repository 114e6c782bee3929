"""How good production is: the share of conversations that people would call positive, with interval."""
