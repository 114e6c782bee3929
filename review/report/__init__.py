"""The report of a week: one page that says how good production is, how sure that is, and whether to trust the judges.

``week_report`` gathers the figures into one value; ``report_html`` makes a page of it that needs nothing else.
"""
