"""The report of a week on one page. ``gather.week_report`` collects it, ``page.report_html`` renders it."""
