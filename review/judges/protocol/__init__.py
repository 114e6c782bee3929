"""What every kind of judge shares: the protocol, its subjects, and groups that stay together."""
