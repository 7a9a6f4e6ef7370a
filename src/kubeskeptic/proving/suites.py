"""What the suites ask: every case with its scenario and its test, found by importing the suite files."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from kubeskeptic.checks.digest import digest_of
from kubeskeptic.claims.model import Case
from kubeskeptic.errors import BadInput, SkepticError
from kubeskeptic.scenarios import Sabotage, Scenario, Stage


@dataclass(frozen=True)
class Asked:
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
def asked_by(place: Path) -> tuple[Asked, ...]:
    """Return every case asked by a suite file, or by the suite files below a folder, file by file.

    :raises BadInput: when one cannot be imported
    """
    folder, files = (place.parent, [place]) if place.is_file() else (place, sorted(place.glob("**/test_*.py")))
    return tuple(one for path in files for one in _asked_in(path, _imported(path, folder)))


def _asked_in(path: Path, module: ModuleType) -> Iterator[Asked]:
    scenario = next((one for one in vars(module).values() if isinstance(one, Scenario)), None)
    for name, test in vars(module).items():
        for mark in getattr(test, "pytestmark", ()) if name.startswith("test_") else ():
            if scenario and mark.name == "claim" and mark.args and isinstance(mark.args[0], Case):
                yield Asked(mark.args[0], scenario, path, test)


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
