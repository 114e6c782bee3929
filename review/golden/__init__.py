"""Golden examples and their releases: approval, correction, coverage, provenance and export."""
