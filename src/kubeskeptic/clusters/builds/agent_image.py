"""The agent's image: a lower layer of Python and dnspython, and our sources on top.

Our own node images contain the lower layer, so a change to the agent transfers only a few kilobytes.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import py_compile
import shutil
import sys
from pathlib import Path

from kubeskeptic.clusters.builds import roots
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.builds.oci import Layer, Start, read_layer, write_image, write_layer
from kubeskeptic.clusters.builds.pod_images import OURS
from kubeskeptic.clusters.steps import Step
from kubeskeptic.clusters.store import Recipe
from kubeskeptic.errors import MissingRequirement

START = Start(
    entrypoint=("/usr/bin/python3", "-m", "kubeskeptic.agent"),
    env={
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "PYTHONPATH": "/opt/kubeskeptic:/opt/packages",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
    },
)
NODE_OWN = ("systemctl", "ctr")
"""Commands of the node's service manager and container runtime, which the exec pod does not have itself."""
NOT_NEEDED = ("test", "idlelib", "tkinter", "turtledemo", "lib2to3", "ensurepip", "pydoc_data", "distutils")
"""Parts of Python's library that an agent never imports."""


class AgentImage:
    """Both images: the lower layer, which node images contain, and the complete image."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder

    @staticmethod
    def base_recipe() -> Recipe:
        """Return the recipe of the lower layer."""
        return Recipe(
            "image-agent-base",
            "3.11",
            (
                *roots.PYTHON_PACKAGES,
                *roots.TOOLS_PACKAGES,
                importlib.metadata.version("dnspython"),
                _wrapper("*"),
                "2",
            ),
        )

    @property
    def base_reference(self) -> str:
        """The name of the lower layer's image in a node."""
        return f"{OURS}/agent-base:{self.base_recipe().digest}"

    @property
    def reference(self) -> str:
        """The image's name; its tag changes with the agent's sources or the lower layer."""
        content = hashlib.sha256(self.base_recipe().digest.encode())
        for path in agent_files():
            content.update(f"{path.relative_to(_sources())}\0{path.read_text(encoding='utf-8')}\0".encode())
        return f"{OURS}/agent:{content.hexdigest()[:12]}"

    def base(self) -> Path:
        """Return the archive of the lower layer as an image."""
        return self._base_folder() / "image.tar"

    def archive(self, *, whole: bool) -> Path:
        """Return the archive of the image, ``whole`` or without the lower layer for nodes that have it."""
        reference = self.reference
        recipe = Recipe("image-agent", reference.rpartition(":")[2], ("whole" if whole else "top", "2"))

        def build(into: Path, _: Step) -> None:
            """Make the image's archive on top of the lower layer."""
            lower = read_layer(self._base_folder() / "layer.tar")
            upper = _top(into)
            write_image(into / "image.tar", reference, [lower, upper], START, left_out=[] if whole else [lower])
            upper.path.unlink()

        return self._builder.make(recipe, 1, build) / "image.tar"

    def _base_folder(self) -> Path:
        return self._builder.make(self.base_recipe(), 20, self._build_base)

    def _build_base(self, into: Path, step: Step) -> None:
        root = into / "root"
        root.mkdir()
        roots.unpacked(root, self._builder.packages, (*roots.PYTHON_PACKAGES, *roots.TOOLS_PACKAGES), step)
        roots.shell(root)
        roots.applets(root)
        roots.xtables(root)
        wrap(root / "usr/bin")
        (root / "usr/bin/python3").symlink_to("python3.11")
        library = root / "usr/lib/python3.11"
        for name in NOT_NEEDED:
            shutil.rmtree(library / name, ignore_errors=True)
        copy_package("dns", root / "opt/packages")
        step.run(
            ["chroot", str(root), "/usr/bin/python3", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash",
             "/usr/lib/python3.11", "/opt/packages"],
        )  # fmt: skip
        layer = write_layer(root, into / "layer.tar")
        write_image(into / "image.tar", self.base_reference, [layer], START)
        shutil.rmtree(root)


def wrap(folder: Path) -> None:
    """Write wrappers for the node's own commands, which run them in the namespaces of the node's process 1."""
    for name in NODE_OWN:
        (folder / name).write_text(_wrapper(name), encoding="utf-8")
        (folder / name).chmod(0o755)


def _wrapper(name: str) -> str:
    return f'#!/bin/sh\nexec nsenter -t 1 -m -u -i -n -p -- {name} "$@"\n'


def agent_files() -> list[Path]:
    """Return the agent's source files, sorted."""
    return sorted(path for path in _sources().rglob("*.py"))


def lay_out(target: Path) -> None:
    """Copy the agent's sources into a folder in the layout in which they are imported from there."""
    for path in agent_files():
        place = target / "kubeskeptic/agent" / path.relative_to(_sources())
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    (target / "kubeskeptic").mkdir(parents=True, exist_ok=True)
    (target / "kubeskeptic/__init__.py").write_text("", encoding="utf-8")


def _top(into: Path) -> Layer:
    root = into / "root"
    lay_out(root / "opt/kubeskeptic")
    if sys.version_info[:2] == (3, 11):  # byte code of another version would be ignored
        for path in root.rglob("*.py"):
            mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
            py_compile.compile(str(path), dfile=f"/{path.relative_to(root)}", doraise=True, invalidation_mode=mode)
    layer = write_layer(root, into / "layer.tar")
    shutil.rmtree(root)
    return layer


def _sources() -> Path:
    return Path(__file__).resolve().parents[2] / "agent"


def copy_package(name: str, target: Path) -> None:
    """Copy an installed Python package without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or not found.origin:
        raise MissingRequirement(f"the Python package {name} is not installed; run `pip install -e .`")
    shutil.copytree(Path(found.origin).parent, target / name, ignore=shutil.ignore_patterns("__pycache__"))
