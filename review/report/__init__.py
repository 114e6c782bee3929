"""The report of a week: one page that says how good production is, how sure that is, and whether to trust the judges.

``week_report`` gathers the figures into one value; ``report_html`` makes a page of it that needs nothing else.
"""

from review.report.gather import week_report
from review.report.model import WeekReport
from review.report.page import report_html

__all__ = ["WeekReport", "report_html", "week_report"]
