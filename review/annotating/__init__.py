"""What a reviewer receives and sends back: the blind batch, submissions, skips, flags and feedback."""
