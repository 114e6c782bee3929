"""What the Failures page draws: the triage, the list with one failure and its steps, the modes, and proposals."""
