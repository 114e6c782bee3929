"""Pull: read new conversations from the systems where they live, and import them without doubles."""
