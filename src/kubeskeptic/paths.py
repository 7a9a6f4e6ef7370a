"""Where things are: what the package carries, and what is kept on the machine outside of it.

``KUBESKEPTIC_CACHE`` moves the cache, ``KUBESKEPTIC_STATE`` the state; both follow the XDG base directories otherwise.
"""

from __future__ import annotations

import os
from pathlib import Path

SABOTAGED = "sabotaged"
"""The folder of sabotaged runs below that of runs: directly in it, or in a folder for each cluster where several were used."""


def cache() -> Path:
    """What can be made again at the price of time: builds, packages, downloaded modules."""
    return _place("KUBESKEPTIC_CACHE", "XDG_CACHE_HOME", ".cache")


def state() -> Path:
    """What belongs to this machine: the engine's data, kubeconfigs, locks, dead man's switches."""
    return _place("KUBESKEPTIC_STATE", "XDG_STATE_HOME", ".local/state")


def shipped() -> Path:
    """The folder with suites/, fixtures/, manifests/, images/ and proofs.json, which the wheel carries in the package.

    In a checkout the package holds links to the folders of the same names at the top, so that both are read the same way.
    """
    return Path(__file__).resolve().parent


def checkout() -> Path:
    """The top folder of a checkout, for the project's own documents and tests."""
    return Path(__file__).resolve().parents[2]


def reports() -> Path:
    """The folder in which runs are found: ``reports`` in the current folder, or in the nearest one above that has it."""
    here = Path.cwd()
    found = (folder / "reports" for folder in (here, *here.parents) if (folder / "reports").is_dir())
    return next(found, here / "reports")


def _place(own: str, xdg: str, fallback: str) -> Path:
    if os.environ.get(own):
        return Path(os.environ[own]).resolve()
    base = Path(os.environ[xdg]) if os.environ.get(xdg) else Path.home() / fallback
    return base / "kubeskeptic"
