"""The demonstration's product under test: an agent that answers questions about the shop with SQL."""
