"""The demonstration: made-up conversations, reviewers and judges, the same for the same seed."""
