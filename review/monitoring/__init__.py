"""How production does while it runs: its health and engagement, A/B comparisons, alerts, and what expires."""
