"""What counts now: which annotation, assignment, verdict, adjudication and rubric version."""
