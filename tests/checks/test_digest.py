"""Which text a proof is about: that of the checks, and of all that they import of the checks."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

from kubeskeptic import checks
from kubeskeptic.checks import coverage, evidence, failing, failures, lanes, outages, played, pods
from kubeskeptic.checks.digest import digest_of


def ask(act: object) -> object:
    return checks.fails_at_most(act, "web")  # type: ignore[arg-type]


def test_it_is_the_same_when_asked_again() -> None:
    assert digest_of(ask) == digest_of(ask)
    assert len(digest_of(ask)) == 16


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Text that a module has besides its own, by the module's name."""
    texts: dict[str, str] = {}
    source = inspect.getsource

    def getsource(thing: object) -> str:
        return source(thing) + texts.get(getattr(thing, "__name__", ""), "")  # type: ignore[arg-type]

    monkeypatch.setattr(inspect, "getsource", getsource)
    digest_of.cache_clear()
    yield texts
    digest_of.cache_clear()


@pytest.mark.parametrize(
    ("module", "text", "another"),
    [
        (failing, "X = 1\n", True),  # of the check that is called
        (failures, "X = 1\n", True),  # which that one imports
        (lanes, "X = 1\n", True),
        (evidence, "X = 1\n", True),  # which every check goes through
        (played, "X = 1\n", True),
        (coverage, "X = 1\n", False),  # what only keeps "holds" from being said
        (outages, "X = 1\n", False),  # of another check
        (pods, "X = 1\n", False),
        (failures, "# said otherwise\n", False),
        (failures, "\n\n", False),
        (failures, '"""What the constant above means."""\n', False),
        (failures, "...\n", True),
        (failures, 'TEXT = """What is used."""\n', True),
    ],
)
def test_it_is_another_one_when_what_decides_is_changed(
    edited: dict[str, str], module: object, text: str, another: bool
) -> None:
    before = digest_of(ask)
    digest_of.cache_clear()
    edited[module.__name__] = text  # type: ignore[attr-defined]
    assert (digest_of(ask) != before) is another


def test_there_is_none_without_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: object) -> str:
        raise OSError("could not get source code")

    digest_of.cache_clear()
    monkeypatch.setattr(inspect, "getsource", none)
    assert digest_of(ask) == ""
    digest_of.cache_clear()
