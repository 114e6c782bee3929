"""The quality of production: the share of conversations that people would call positive, with its interval."""
