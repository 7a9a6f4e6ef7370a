"""Locations of files: those in the package, and those kept elsewhere on the machine.

``KUBESKEPTIC_CACHE`` sets the cache folder and ``KUBESKEPTIC_STATE`` the state folder; by default both follow the XDG base
directories.
"""

from __future__ import annotations

import os
from pathlib import Path

SABOTAGED = "sabotaged"
"""The subfolder for sabotaged runs in the folder of runs. If several clusters were used, it has a folder for each cluster."""


def cache() -> Path:
    """Return the folder of files that can be recreated: builds, packages, downloaded modules."""
    return _place("KUBESKEPTIC_CACHE", "XDG_CACHE_HOME", ".cache")


def state() -> Path:
    """Return the folder of this machine's state: the engine's data, kubeconfigs, locks, dead man's switches."""
    return _place("KUBESKEPTIC_STATE", "XDG_STATE_HOME", ".local/state")


def shipped() -> Path:
    """Return the folder with suites/, fixtures/, manifests/, images/ and proofs.json, which the wheel has in the package.

    In a checkout the package contains links to the top-level folders of the same names, so that both are read the same way.
    """
    return Path(__file__).resolve().parent


def checkout() -> Path:
    """Return the top folder of a checkout, for the project's own documents and tests."""
    return Path(__file__).resolve().parents[2]


def reports() -> Path:
    """Return the folder of the runs: ``reports`` in the current folder, or in the nearest parent folder that has one."""
    here = Path.cwd()
    found = (folder / "reports" for folder in (here, *here.parents) if (folder / "reports").is_dir())
    return next(found, here / "reports")


def _place(own: str, xdg: str, fallback: str) -> Path:
    if os.environ.get(own):
        return Path(os.environ[own]).resolve()
    base = Path(os.environ[xdg]) if os.environ.get(xdg) else Path.home() / fallback
    return base / "kubeskeptic"
