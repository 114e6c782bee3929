"""Agreement among people. ``report.agreement_report`` computes every coefficient in ``coefficients.COEFFICIENTS``."""
