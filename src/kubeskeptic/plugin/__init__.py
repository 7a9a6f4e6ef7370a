"""The pytest plugin: options, the claim marker, verdicts as outcomes, the table at the end, the exit status.

Everything it does to a cluster is in the library and works without it.
"""

from kubeskeptic.plugin.cases import claim, pytest_collection_modifyitems, pytest_itemcollected
from kubeskeptic.plugin.judging import Holds, Judge, Violated
from kubeskeptic.plugin.options import options_of, pytest_addoption, pytest_configure
from kubeskeptic.plugin.outcomes import pytest_runtest_call, pytest_runtest_makereport, pytest_runtest_setup
from kubeskeptic.plugin.signals import pytest_sessionstart
from kubeskeptic.plugin.summary import pytest_report_header, pytest_sessionfinish, pytest_terminal_summary

__all__ = [
    "Holds",
    "Judge",
    "Violated",
    "claim",
    "options_of",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_itemcollected",
    "pytest_report_header",
    "pytest_runtest_call",
    "pytest_runtest_makereport",
    "pytest_runtest_setup",
    "pytest_sessionfinish",
    "pytest_sessionstart",
    "pytest_terminal_summary",
]
