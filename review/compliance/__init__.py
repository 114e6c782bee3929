"""Daily checks over all traffic, their findings and control report, and the evidence pack for an auditor."""
