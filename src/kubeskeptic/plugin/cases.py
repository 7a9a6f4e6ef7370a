"""Cases of tests: the ``claim`` mark, and the scenario of a suite file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest

from kubeskeptic.bounds import Expression
from kubeskeptic.claims import Claim, declare
from kubeskeptic.claims import claim as claim_named
from kubeskeptic.claims.model import Case
from kubeskeptic.errors import SkepticError
from kubeskeptic.scenarios import GIVEN, Scenario

_NARROWING = ("ignore", "ignore_glob", "lf", "continue_on_collection_errors")
"""Options that make pytest skip files during collection."""


def claim(
    one: str | Claim,
    *,
    act: str | Sequence[str],
    case: str = "",
    of: str = "",
    within: Expression | None = None,
    soonest: Expression | None = None,
    watched: Expression | None = None,
    broken_by: Sequence[str] | None = None,
    since: str = "",
    until: str = "",
) -> pytest.MarkDecorator:
    """Mark a test as one case of a claim; see :class:`~kubeskeptic.claims.model.Case` for the parameters.

    The test keeps its name and docstring; ``pytest -k`` also selects it by claim and case.

    :param one: the id of a claim in the catalogue, or a new claim, which is added to the catalogue
    """
    id_ = declare(one).id if isinstance(one, Claim) else one
    acts = (act,) if isinstance(act, str) else tuple(act)
    sabotages = None if broken_by is None else tuple(broken_by)
    return pytest.mark.claim(Case(id_, case, acts, of, within, soonest, watched, sabotages, since, until))


def case_of(item: pytest.Item) -> Case | None:
    """Return the case of a test; None when the test is not about a claim."""
    marker = item.get_closest_marker("claim")
    if marker is None:
        return None
    if marker.args and isinstance(marker.args[0], Case):
        return marker.args[0]
    return Case(str(marker.args[0]) if marker.args else "", str(marker.kwargs.get("case") or ""))


def scenario_of(module: ModuleType | None) -> Scenario | None:
    """Return the scenario that a suite file declares or imports; None when there is none."""
    found = [one for one in vars(module).values() if isinstance(one, Scenario)] if module else []
    return found[0] if found else None


def chosen_cases(items: Iterable[pytest.Item], scenario: Scenario) -> list[Case]:
    """Return the cases of the collected tests that read a scenario's recording."""
    about = ((case_of(item), scenario_of(getattr(item, "module", None))) for item in items)
    return [case for case, theirs in about if case and theirs is scenario]


def known_cases(config: pytest.Config, items: Sequence[pytest.Item]) -> dict[str, Any]:
    """Return all cases of the suites, selected or not, by claim, and the files and folders that hold them (``within``).

    Empty when the collection may be incomplete: a missing case then says nothing about the suites.

    :param items: all collected tests, before any are deselected
    """
    single = any("::" in str(word) for word in config.args)
    if single or any(getattr(config.option, name, None) for name in _NARROWING):
        return {}
    cases: dict[str, set[str]] = {}
    for case in filter(None, map(case_of, items)):
        cases.setdefault(case.claim, set()).add(case.name)
    within = dict.fromkeys(place for item in items for place in _places(item))
    return {"within": list(within), "cases": {claim: sorted(names) for claim, names in cases.items()}}


def _places(item: pytest.Item) -> Iterator[str]:
    """Yield the files and folders on the command line through which a test was found, as prefixes of node ids. Node ids of
    tests outside pytest's root start below the named folder."""
    chain, root = item.listchain(), item.config.rootpath
    for node, below in pairwise(chain):
        if item.session.isinitpath(node.path):
            inside = node.path.is_relative_to(root)
            yield (node.nodeid or ".") if inside else below.nodeid.partition("::")[0]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let ``pytest -k`` select a test by claim and case, and ``pytest -m`` select tests of quick acts and slow scenarios."""
    case, scenario = case_of(item), scenario_of(getattr(item, "module", None))
    if case:
        item.extra_keyword_matches.update(case.words)
        if scenario and scenario.is_quick(case):
            item.add_marker("quick")
        if scenario and scenario.slow:
            item.add_marker("slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Reject invalid cases, manifests and sabotages before anything is touched.

    :raises pytest.UsageError: for a claim that is not in the catalogue, a case with an act or a sabotage that its scenario does
        not have, a manifest with a mistake (unless a journal is judged again, which needs none), and a sabotage that no
        collected scenario declares
    """
    scenarios: dict[str, Scenario] = {}
    for item in items:
        case, theirs = case_of(item), scenario_of(getattr(item, "module", None))
        if case is None:
            continue
        try:
            claim_named(case.claim)
            if theirs:
                if theirs.id not in scenarios and not config.getoption("skeptic_replay"):
                    theirs.check_manifest()
                scenarios[theirs.id] = theirs
                theirs.needed(act for act in case.acts if act != GIVEN)
                theirs.must_break(case)
        except SkepticError as error:
            raise pytest.UsageError(f"{item.nodeid}: {error}") from error
    for name in config.getoption("skeptic_sabotage") if scenarios else ():
        _known(name, list(scenarios.values()))


def _known(name: str, scenarios: Sequence[Scenario]) -> None:
    """Reject a sabotage that no scenario declares.

    :raises pytest.UsageError: with the declared sabotages
    """
    try:
        declared = [one.sabotage_named(name) for one in scenarios]
    except SkepticError as error:
        raise pytest.UsageError(str(error)) from error
    if not any(declared):
        known = sorted({id_ for one in scenarios for id_ in one.sabotages})
        raise pytest.UsageError(f"unknown sabotage “{name}”; the selected suites declare {', '.join(known) or 'none'}")
