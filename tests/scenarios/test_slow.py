"""Slow scenarios are left out unless they are asked for."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from suites import conftest
from suites.workloads import test_prestop, test_updates


class Item:
    """A collected test of a suite."""

    def __init__(self, module: Any) -> None:
        self.module, self.path = module, Path(module.__file__)
        self.marks: list[str] = []

    def add_marker(self, mark: str) -> None:
        self.marks.append(mark)

    def get_closest_marker(self, mark: str) -> bool:
        return mark in self.marks


@pytest.mark.parametrize(
    ("marks", "args", "left"),
    [
        ("", ["suites"], ["test_updates.py"]),
        ("quick", ["suites"], ["test_updates.py"]),
        ("slow", ["suites"], ["test_prestop.py", "test_updates.py"]),
        ("", ["suites/workloads/test_prestop.py::test_x"], ["test_prestop.py", "test_updates.py"]),
        ("", ["suites/workloads/test_updates.py"], ["test_updates.py"]),
    ],
)
def test_slow_tests_are_left_out_unless_asked_for(marks: str, args: list[str], left: list[str]) -> None:
    items = [Item(test_prestop), Item(test_updates)]
    for item in items:
        conftest.pytest_itemcollected(item)
    gone: list[Item] = []
    hook = SimpleNamespace(pytest_deselected=lambda items: gone.extend(items))
    config = SimpleNamespace(args=args, hook=hook, option=SimpleNamespace(markexpr=marks))
    conftest.pytest_collection_modifyitems(config, items)
    assert [item.path.name for item in items] == left
    assert len(items) + len(gone) == 2
