"""How far people agree: coefficients, intervals, pairs and raters, as pure functions over ``Ratings``."""

from review.agreement.coefficients import COEFFICIENTS, coefficients_for, headline
from review.agreement.estimate import estimate
from review.agreement.files import RatingsFile, read_ratings
from review.agreement.report import AgreementReport, agreement_report
from review.agreement.weights import from_disagreement
from review.agreement.words import plain_words

__all__ = [
    "COEFFICIENTS",
    "AgreementReport",
    "RatingsFile",
    "agreement_report",
    "coefficients_for",
    "estimate",
    "from_disagreement",
    "headline",
    "plain_words",
    "read_ratings",
]
