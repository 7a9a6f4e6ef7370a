"""Programs built from Go modules, through the machine's own module proxy and caches."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kubeskeptic import process
from kubeskeptic.clusters.diagnosis import missing_in
from kubeskeptic.clusters.steps import Step
from kubeskeptic.clusters.store import Recipe
from kubeskeptic.durations import BUILD
from kubeskeptic.errors import CommandFailed, MissingRequirement


@dataclass(frozen=True)
class GoBuild:
    """Programs of one module at one version.

    :param programs: name of the program → its package
    :param module: the required module; its ``replace`` directives for staging folders are rewritten to published modules
    :param stamps: variables to set at link time, full name → value
    :param seconds: the measured duration of a build
    """

    name: str
    module: str
    version: str
    programs: Mapping[str, str]
    seconds: float
    stamps: Mapping[str, str] = field(default_factory=dict)
    title: str = ""

    @property
    def recipe(self) -> Recipe:
        """The recipe: everything on which the result depends."""
        contents = (str(sorted(each.items())) for each in (self.programs, self.stamps))
        return Recipe(self.name, self.version, (self.module, *contents))

    def fetch(self, step: Step) -> None:
        """Download the modules of all packages in the programs; they stay in the machine's module cache.

        :raises MissingRequirement: for the same reasons as :meth:`build`
        """
        with self._module() as work:
            self._go(work, step, "list", "-mod=mod", "-deps")

    def build(self, into: Path, step: Step) -> None:
        """Build all programs into a folder.

        :raises MissingRequirement: when Go is missing or too old, its proxy does not answer, memory or disk ran out
        """
        stamps = " ".join(f"-X {name}={value}" for name, value in sorted(self.stamps.items()))
        with self._module() as work:
            (work / "out").mkdir()
            flags = ["-mod=mod", "-trimpath", "-ldflags", f"-s -w {stamps}".strip(), "-o", f"{work}/out/"]
            self._go(work, step, "build", *flags)
            for program, package in self.programs.items():
                shutil.move(work / "out" / built_name(package), into / program)

    @contextmanager
    def _module(self) -> Iterator[Path]:
        """Yield a folder with a module of our own that requires the published one."""
        with tempfile.TemporaryDirectory() as folder:
            upstream = process.run(["go", "mod", "edit", "-json", downloaded(self.module, self.version)["GoMod"]])
            (Path(folder) / "go.mod").write_text(module_file(self, upstream), encoding="utf-8")
            yield Path(folder)

    def _go(self, work: Path, step: Step, *words: str) -> None:
        environment = {**os.environ, "CGO_ENABLED": "0"}
        step.run(["go", *words, *self.programs.values()], cwd=work, env=environment, patience=BUILD)


def downloaded(module: str, version: str) -> dict[str, str]:
    """Return where a published module is on this machine, downloading it if needed: its folder ``Dir``, its file ``GoMod``.

    :raises MissingRequirement: when Go is missing or its proxy does not have the module
    """
    try:
        command = ["go", "mod", "download", "-json", f"{module}@{version}"]
        found: dict[str, str] = json.loads(process.run(command, patience=BUILD, cwd=Path("/")))
    except CommandFailed as failed:
        reason = missing_in(failed.output, "go") or failed.output.strip()[-500:]
        raise MissingRequirement(f"the Go module {module} {version} cannot be downloaded: {reason}") from failed
    return found


def module_file(build: GoBuild, upstream: str) -> str:
    """Return a go.mod that requires the module and, instead of its staging folders, the modules published from them.

    :param upstream: the module's own go.mod as ``go mod edit -json`` prints it
    """
    theirs = json.loads(upstream)
    # each part of v1.37.2 is published as v0.37.2
    part = "v0." + build.version.partition(".")[2]
    staged = [
        replaced["Old"]["Path"]
        for replaced in theirs.get("Replace") or ()
        if replaced["New"]["Path"].startswith("./staging/")
    ]
    lines = [
        f"module kubeskeptic.invalid/{build.name}",
        f"go {theirs['Go']}",
        f"require {build.module} {build.version}",
    ]
    return "\n\n".join(lines) + "\n" + "".join(f"\nreplace {path} => {path} {part}\n" for path in staged)


def built_name(package: str) -> str:
    """Return the name that ``go build`` gives to a package's program: the last part of its path that is not a version."""
    parts = package.split("/")
    is_version = parts[-1][:1] == "v" and parts[-1][1:].isdigit()
    return parts[-2] if is_version and len(parts) > 1 else parts[-1]
