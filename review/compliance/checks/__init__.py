"""The daily checks, one file each."""
