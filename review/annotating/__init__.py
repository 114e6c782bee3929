"""What a reviewer receives and sends: the blind batch, submissions, skips and flags, and feedback on a week."""
