"""Faults from a shell: what is understood, and what is said of what is not."""

from __future__ import annotations

from dataclasses import MISSING, fields

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
        (["node="], "node of drop_packets is empty; its settings are node=text"),
        ([""], "has no setting ''"),
        (["=w1"], "has no setting '=w1'"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_sentence(settings: list[str], words: str) -> None:
    with pytest.raises(BadInput) as refused:
        made("drop_packets", settings)
    assert words in str(refused.value)


@pytest.mark.parametrize("value", ["inf", "nan", "-inf"])
def test_a_number_is_a_finite_one(value: str) -> None:
    with pytest.raises(BadInput, match=f"seconds of drain_node is a number, not '{value}'"):
        made("drain_node", ["node=w1", f"seconds={value}"])


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_every_fault_refuses_what_is_empty_or_left_out_in_one_sentence(fault: str) -> None:
    required = [one.name for one in fields(FAULTS[fault]) if one.default is MISSING]  # type: ignore[arg-type]
    for name in required:
        with pytest.raises(BadInput, match=f"{name} of {fault} is "):
            made(fault, [f"{name}="])
    if required:
        ended = CliRunner().invoke(main, ["inflict", fault, f"{required[0]}="])
        assert (ended.exit_code, ended.output.count("\n")) == (4, 1)
        with pytest.raises(BadInput, match=f"{fault} needs {required[0]}="):
            made(fault, [])


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
