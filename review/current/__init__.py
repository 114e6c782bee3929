"""What counts now: which annotation, assignment, verdict, settlement and rubric version is the current one."""
