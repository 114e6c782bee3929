"""The server: starting and stopping the application."""
