"""The file of proofs: which claim turned violated under which sabotage, when, and where."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from kubeskeptic.errors import reading


@dataclass(frozen=True)
class Proof:
    """The verdict of one claim under one sabotage.

    :param case: the case of the claim, as the suite names it
    :param verdict: ``violated`` proves that the check can fail; anything else does not
    :param at: Unix seconds
    :param why: the finding's sentence
    :param digest: a hash of the test and of the checks that it calls, as they were at that time
    """

    claim: str
    case: str
    sabotage: str
    verdict: str
    run: str
    kubernetes: str
    harness: str
    at: float
    why: str
    digest: str = ""

    @property
    def key(self) -> tuple[str | float, ...]:
        """What the proof is about: a later proof about the same replaces it."""
        return self.claim, self.case, self.sabotage


def read_proofs(path: Path) -> list[Proof]:
    """Return the proofs in a file; none when there is no file.

    :raises BadInput: when the file is not a file of proofs
    """
    if not path.exists():
        return []
    with reading(path, "a file of proofs", "delete it and run `skeptic prove`"):
        return [Proof(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]


def write_proofs(path: Path, fresh: Iterable[Proof]) -> None:
    """Write new proofs to a file, in place of older ones about the same claim, case and sabotage."""
    replace_records(path, [*read_proofs(path), *fresh])


def replace_records(path: Path, records: Iterable[Proof]) -> None:
    """Rewrite a file, keeping only the last of several records about the same."""
    kept = {one.key: one for one in records}
    whole = path.with_suffix(".new")
    text = json.dumps([asdict(kept[key]) for key in sorted(kept)], indent=1, ensure_ascii=False)
    whole.write_text(f"{text}\n", encoding="utf-8")
    whole.replace(path)
