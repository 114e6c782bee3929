"""Improving a judge: where it disagrees with people, drafts of a new prompt, comparisons over time."""
