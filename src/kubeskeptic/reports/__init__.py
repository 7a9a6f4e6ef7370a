"""Reports of a run, made from its journal alone: HTML, JSON, JUnit, Allure, Markdown. One module per format."""

from kubeskeptic.reports.writing import Written, read_report, write_all

__all__ = ["Written", "read_report", "write_all"]
