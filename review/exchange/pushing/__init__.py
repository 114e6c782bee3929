"""Settled labels on their way back to the systems that the conversations came from: one file for each system."""
