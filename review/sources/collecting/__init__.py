"""The collector: takes spans over HTTP, keeps them on disk before it says so, and brings whole traces into the log."""
