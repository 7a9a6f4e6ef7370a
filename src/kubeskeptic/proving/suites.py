"""What the suites ask: every case with its scenario and its test, found by importing the suite files.

It also says why nothing that was named can be performed: a sabotage does not exist, or breaks none of the claims.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import ModuleType

from kubeskeptic.checks.digest import digest_of
from kubeskeptic.claims import claim
from kubeskeptic.claims.model import Case
from kubeskeptic.errors import BadInput, SkepticError
from kubeskeptic.scenarios import Sabotage, Scenario, Stage


@dataclass(frozen=True)
class AskedCase:
    """One case as a suite asks it.

    :param file: the suite file
    :param test: the test function
    """

    case: Case
    scenario: Scenario
    file: Path
    test: Callable[..., object]

    @property
    def node_id(self) -> str:
        """The node id of the test in pytest."""
        return f"{self.file}::{self.test.__name__}"

    @property
    def sabotages(self) -> list[Sabotage[Stage]]:
        """The sabotages that must break it: those that it names, or those of its claim that are in force in its acts."""
        return self.scenario.must_break(self.case)

    @property
    def digest(self) -> str:
        """A hash of the test and of the checks that it calls; see :func:`~kubeskeptic.checks.digest.digest_of`."""
        return digest_of(self.test)


@cache
def asked_by(place: Path) -> tuple[AskedCase, ...]:
    """Return every case asked by a suite file, or by the suite files below a folder, file by file.

    :raises BadInput: when one cannot be imported
    """
    folder, files = (place.parent, [place]) if place.is_file() else (place, sorted(place.glob("**/test_*.py")))
    return tuple(one for path in files for one in _asked_in(path, _imported(path, folder)))


def _asked_in(path: Path, module: ModuleType) -> Iterator[AskedCase]:
    scenario = next((one for one in vars(module).values() if isinstance(one, Scenario)), None)
    for name, test in vars(module).items():
        for mark in getattr(test, "pytestmark", ()) if name.startswith("test_") else ():
            if scenario and mark.name == "claim" and mark.args and isinstance(mark.args[0], Case):
                yield AskedCase(mark.args[0], scenario, path, test)


def _imported(path: Path, folder: Path) -> ModuleType:
    """Import a suite file as a module, under a name that no other package has.

    :raises BadInput: when it is not Python, or importing it fails
    """
    name = "kubeskeptic_suites." + ".".join(path.relative_to(folder).with_suffix("").parts)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BadInput(f"{path} is not a Python file; name a suite file, or a folder of them")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except SkepticError:
        raise
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        said = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise BadInput(f"the suite {path} cannot be imported ({said}); `pytest {path}` shows where") from error
    return module


def require_known(asked: Sequence[AskedCase], scenario: str | None, sabotages: Iterable[str]) -> None:
    """Raise BadInput for a scenario or sabotage that no suite has.

    :param asked: everything that the suites ask
    :raises BadInput: with similar names
    """
    scenarios = {one.scenario.id for one in asked}
    known = {id_ for one in asked for id_ in one.scenario.sabotages}
    if scenario is not None and scenario not in scenarios:
        raise BadInput(f"there is no scenario “{scenario}”; {_alike(scenario, scenarios)}")
    for id_ in sabotages:
        if id_ not in known:
            raise BadInput(f"there is no sabotage “{id_}”; {_alike(id_, known)}")


def why_nothing(asked: Sequence[AskedCase], sabotages: Collection[str]) -> str:
    """Return why none of these cases meets any of these sabotages; one that is in force in other acts is reported first.

    :param asked: the chosen cases
    :param sabotages: the named sabotages, all known; empty for those of the claims
    """
    claims = dict.fromkeys(one.case.claim for one in asked)
    for id_ in sabotages or dict.fromkeys(each for one in claims for each in claim(one).broken_by):
        for one in asked:
            declared = one.scenario.sabotages.get(id_)
            if declared and id_ in claim(one.case.claim).broken_by and not declared.breaks_in(one.case.acts):
                return (
                    f"{one.scenario.id} declares the sabotage {id_} for {_acts(declared.acts)}, but {one.case} reads "
                    f"{_acts(one.case.acts)}; declare it there, too"
                )
    if len(claims) == 1:
        (only,) = claims
        its = ", ".join(dict.fromkeys(each.id for one in asked for each in one.sabotages))
        if sabotages:
            does = "do not" if len(sabotages) > 1 else "does not"
            has = f"its sabotages are {its}" if its else "no scenario that asks it declares any of its sabotages"
            return f"{', '.join(sabotages)} {does} break {only}; {has}"
        return f"nothing breaks {only}: no scenario that asks it declares any of its sabotages"
    return "no suite has a case of this selection; `skeptic claims` lists the claims, `--help` the options"


def _acts(names: Iterable[str]) -> str:
    named = list(dict.fromkeys(names))
    return f"the act{'s' if len(named) > 1 else ''} {' and '.join(sorted(named))}"


def _alike(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(known), n=3)
    return f"did you mean {' or '.join(close)}?" if close else "`skeptic prove --dry-run` lists all"
