"""The judge that runs a text-classification model from files on this machine."""
