"""Personal data: masking on import, hidden spans, originals and who has looked at them."""
