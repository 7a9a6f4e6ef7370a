"""What must be so for every journal: copies and order of batches change nothing, and no change of a line goes unnoticed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kubeskeptic.agent.outcomes import OUTCOMES
from kubeskeptic.journal import Journal
from kubeskeptic.timeline import JournalFollower, RunEvidence, load

NODES = ("n1", "n2", "n3")
SCENARIO = "s"
Batch = dict[str, Any]


def batch(node: str, boot: str, samples: list[tuple[int, int, int]]) -> Batch:
    """Samples as tick, outcome and answerer."""
    ticks, outcomes, by = ([one[at] for one in samples] for at in range(3))
    return {
        "node": node, "agent": node, "boot": boot, "offset": 0.25, "error": 0.001,
        "probes": [{"name": "web", "scenario": SCENARIO, "period": 0.5, "t0": 1000.0}], "names": ["", "a", "b"],
        "probe": [0] * len(ticks), "tick": ticks, "sent": [1000.0 + tick / 2 for tick in ticks],
        "took": [0.01] * len(ticks), "outcome": outcomes, "by": by, "port": [tick + 1 for tick in ticks],
    }  # fmt: skip


ANSWERS = st.tuples(st.integers(0, len(OUTCOMES) - 1), st.integers(0, 2))
TICKS = st.dictionaries(st.integers(0, 40), ANSWERS, min_size=1, max_size=12)


@st.composite
def batches(draw: st.DrawFn) -> list[Batch]:
    """What some nodes delivered: each its ticks in any order, in batches of any size."""
    found = []
    for node in draw(st.lists(st.sampled_from(NODES), min_size=1, unique=True)):
        samples = draw(st.permutations([(tick, *answer) for tick, answer in draw(TICKS).items()]))
        size = draw(st.integers(1, len(samples)))
        found += [batch(node, "b1", samples[at : at + size]) for at in range(0, len(samples), size)]
    return found


def written(folder: str, delivered: Iterable[Batch]) -> Path:
    path = Path(folder) / "journal.jsonl"
    path.unlink(missing_ok=True)
    with closing(Journal(path, lambda: 1100.0, run="r1")) as journal:
        journal.write("run", id="r1", nodes=list(NODES))
        journal.write("scenario", id=SCENARIO, phase="start", at=1000.0)
        journal.write("probe", scenario=SCENARIO, probe="web", spec={})
        for one in delivered:
            journal.write("samples", **one)
        journal.write("scenario", id=SCENARIO, phase="end", at=1100.0)
        journal.write("run-ended", clean=True)
    return path


def seen(evidence: RunEvidence) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """All that the scenario's lanes hold, and that nothing is wrong with it."""
    recording = evidence.scenarios[SCENARIO]
    assert (evidence.damage, recording.damage) == ((), ())
    return {key: [tuple(one) for one in lane] for key, lane in recording.lanes.items()}


@settings(deadline=None, max_examples=60)
@given(batches(), st.data())
def test_batches_that_are_delivered_again_change_nothing(delivered: list[Batch], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(delivered), max_size=4))
    order = data.draw(st.permutations(delivered + again))
    with tempfile.TemporaryDirectory() as folder:
        once = seen(load(written(folder, delivered)))
        evidence = load(written(folder, order))
        assert seen(evidence) == once
        assert evidence.scenarios[SCENARIO].copies == sum(len(one["tick"]) for one in again)


@settings(deadline=None, max_examples=60)
@given(batches(), st.data())
def test_the_order_of_batches_changes_nothing(delivered: list[Batch], data: st.DataObject) -> None:
    order = data.draw(st.permutations(delivered))
    with tempfile.TemporaryDirectory() as folder:
        assert seen(load(written(folder, order))) == seen(load(written(folder, delivered)))


@settings(deadline=None, max_examples=60)
@given(batches(), st.data())
def test_following_is_loading(delivered: list[Batch], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(folder, delivered)
        whole = path.read_bytes()
        expected = seen(load(path))
        followed = JournalFollower(path)
        for cut in sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5))):
            path.write_bytes(whole[:cut])
            followed.evidence()
        path.write_bytes(whole)
        assert seen(followed.evidence()) == expected


@settings(deadline=None, max_examples=100)
@given(batches(), st.data())
def test_a_line_that_is_dropped_leaves_damage(delivered: list[Batch], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(folder, delivered)
        lines = path.read_bytes().splitlines(keepends=True)
        del lines[data.draw(st.integers(0, len(lines) - 2))]
        path.write_bytes(b"".join(lines))
        assert load(path).damage


@settings(deadline=None, max_examples=150)
@given(batches(), st.data())
def test_a_bit_that_is_flipped_before_the_last_line_leaves_damage(delivered: list[Batch], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(folder, delivered)
        content = bytearray(path.read_bytes())
        last = len(content.splitlines(keepends=True)[-1])
        content[data.draw(st.integers(0, len(content) - last - 1))] ^= 1 << data.draw(st.integers(0, 4))
        path.write_bytes(bytes(content))
        assert load(path).damage


@settings(deadline=None, max_examples=60)
@given(batches(), st.data())
def test_a_value_that_is_altered_leaves_damage(delivered: list[Batch], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(folder, delivered)
        lines = path.read_text().splitlines()
        at = data.draw(st.integers(0, len(lines) - 2))
        record = json.loads(lines[at])
        key = data.draw(st.sampled_from(sorted(record)))
        record[key] = data.draw(st.sampled_from(["else", 7, None, [9]]).filter(lambda value: value != record[key]))
        lines[at] = json.dumps(record)
        path.write_text("\n".join(lines) + "\n")
        assert load(path).damage


@settings(deadline=None, max_examples=60)
@given(batches(), st.integers(0, 4), st.data())
def test_another_answer_to_the_same_tick_leaves_damage(
    delivered: list[Batch], outcome: int, data: st.DataObject
) -> None:
    one = data.draw(st.sampled_from(delivered))
    other = one | {"outcome": [outcome if outcome != was else outcome + 1 for was in one["outcome"]]}
    with tempfile.TemporaryDirectory() as folder:
        evidence = load(written(folder, [*delivered, other]))
        assert evidence.scenarios[SCENARIO].damage
        assert sum(len(lane) for lane in evidence.scenarios[SCENARIO].lanes.values()) == sum(
            len(d["tick"]) for d in delivered
        )
