"""Faults from a shell: what is understood, and what is said of what is not."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from kubeskeptic.cli import main
from kubeskeptic.cli.faults import made, says, span
from kubeskeptic.errors import BadInput
from kubeskeptic.faults.library import FAULTS
from kubeskeptic.faults.network.drop_packets import DropPackets
from kubeskeptic.faults.pods.delete_pod import DeletePod


def test_settings_are_given_by_name_and_have_their_types() -> None:
    assert made("drop_packets", ["node=w1", "percent=30"]) == DropPackets("w1", 30)
    assert made("delete_pod", ["namespace=n", "pod=p", "force=true"]) == DeletePod("n", "p", force=True)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["percent=30"], "drop_packets needs node=…"),
        (["node=w1", "percent=lots"], "percent of drop_packets is a whole number, not 'lots'"),
        (["host=w1"], "drop_packets has no setting 'host=w1'; it has node=text, percent=whole number"),
        (["w1"], "has no setting 'w1'"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_sentence(settings: list[str], words: str) -> None:
    with pytest.raises(BadInput) as refused:
        made("drop_packets", settings)
    assert words in str(refused.value)


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("1.5m", 90), ("2h", 7200), ("45", 45)])
def test_a_time(text: str, seconds: float) -> None:
    assert span(text) == seconds


@pytest.mark.parametrize("text", ["0s", "-5s", "soon", "5d", ""])
def test_no_time(text: str) -> None:
    with pytest.raises(BadInput, match="30s, 5m or 1h"):
        span(text)


def test_every_fault_is_listed_with_one_sentence() -> None:
    listed = CliRunner().invoke(main, ["faults"])
    assert listed.exit_code == 0
    for name, fault in FAULTS.items():
        assert f"{name}  ({fault.risk.words})  {says(fault)}" in listed.output
        assert 10 < len(says(fault)) < 110


def test_an_unknown_fault_ends_with_the_status_of_bad_input() -> None:
    refused = CliRunner().invoke(main, ["inflict", "meteor"])
    assert refused.exit_code == 4
    assert "there is no fault meteor" in refused.output
