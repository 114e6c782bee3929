"""The audit chain, the rows that its entries cover, and the secrets of the store."""
