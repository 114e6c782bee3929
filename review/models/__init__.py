"""Loading Hugging Face models from files, never from a hub."""
