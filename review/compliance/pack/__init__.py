"""The evidence pack: one signed file about a period, and its verification without the store's secret key."""
