"""What all kinds of judges share: the protocol, its subjects, and groups of rows that stay together."""
