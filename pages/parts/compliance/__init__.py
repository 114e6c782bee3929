"""Views of the Compliance page: findings, control report, retention, erasure, evidence pack."""
