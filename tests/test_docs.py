"""Every command that the documentation shows exists, with the options that it shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from kubeskeptic.cli import main
from kubeskeptic.paths import checkout

PAGES = [checkout() / "README.md", checkout() / "CONTRIBUTING.md", *sorted((checkout() / "docs").glob("*.md"))]


def commands(page: Path) -> Iterator[str]:
    for block in re.findall(r"```(?:\w*)\n(.*?)```", page.read_text(), re.DOTALL):
        for line in block.splitlines():
            told = re.sub(r"\s#.*", "", line.strip().removeprefix("- ").removeprefix("$ "))
            told = re.sub(r"^\.venv/bin/", "", told).partition(" | ")[0]
            if re.match(r"(skeptic|pytest) ?", told) and ":" not in told.split(" ")[0]:
                yield told


SHOWN = sorted({(page.name, told) for page in PAGES for told in commands(page)})


def _known(command: click.Command) -> set[str]:
    return {"--help", *(option for one in command.params for option in (*one.opts, *one.secondary_opts))}


@pytest.mark.parametrize(("page", "told"), [one for one in SHOWN if one[1].startswith("skeptic")])
def test_a_command_of_ours_is_there(page: str, told: str) -> None:
    words = shlex.split(told)[1:]
    words = words[: words.index("--")] if "--" in words else words
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        assert words[0] in command.commands, told
        command = command.commands[words.pop(0)]
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert options <= _known(command), told


@pytest.mark.parametrize(("page", "told"), [one for one in SHOWN if one[1].startswith("pytest")])
def test_an_option_of_pytest_is_there(page: str, told: str, pytestconfig: pytest.Config) -> None:
    known = {option for one in pytestconfig._parser._anonymous.options for option in one.names()}
    for group in pytestconfig._parser._groups:
        known |= {option for one in group.options for option in one.names()}
    if "tests/live" in told:  # options of these tests alone
        known |= set(re.findall(r'"(--[a-z-]+)"', (checkout() / "tests" / "live" / "conftest.py").read_text()))
    for word in shlex.split(told):
        name = word.partition("=")[0]
        assert not name.startswith("--") or name in known, told


def test_the_sample_report_is_no_larger_than_a_reader_waits_for() -> None:
    assert (checkout() / "docs" / "sample-report.html").stat().st_size < 1_500_000  # half of what a report may have
