"""Results as tables of a warehouse: what a row holds is decided here, and each warehouse has one file."""
