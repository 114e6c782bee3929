"""SQL statements on the store, one module per noun. Each function is named by the question it answers."""
