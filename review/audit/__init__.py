"""The audit chain, the rows it covers, and the secrets of the store."""
