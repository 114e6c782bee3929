"""The SQL lane: prove statements on their syntax tree, run them with limits, compare results, check what they mean."""
