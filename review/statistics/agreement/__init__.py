"""How far people agree. ``report.agreement_report`` computes all of ``coefficients.COEFFICIENTS``."""
