"""What the product remembers. Imports nothing of ours."""
