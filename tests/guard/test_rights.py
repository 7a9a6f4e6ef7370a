"""The RBAC manifests: each level includes the ones below, and what is committed is what is generated."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from kubeskeptic.cli.adopt import text
from kubeskeptic.guard import Risk
from kubeskeptic.guard.rights import OWN, Right, manifests, of_kinds
from kubeskeptic.kube.resources import BUILT_IN
from kubeskeptic.paths import checkout
from kubeskeptic.undo.leftovers import ANNOTATED

Granted = set[tuple[str, str, str, str, str]]


def granted(level: Risk) -> Granted:
    """Every single thing that a level's roles allow: place, group, resource, name, verb."""
    found: Granted = set()
    for one in yaml.safe_load_all(text(level)):
        for rule in one.get("rules", ()):
            found |= {
                (one["metadata"].get("namespace", ""), group, resource, name, verb)
                for group in rule["apiGroups"]
                for resource in rule["resources"]
                for name in rule.get("resourceNames", ("",))
                for verb in rule["verbs"]
            }
    return found


@pytest.mark.parametrize("level", list(Risk), ids=lambda risk: risk.words)
def test_what_is_committed_is_what_is_generated(level: Risk) -> None:
    committed = checkout() / "manifests" / "rbac" / f"{level.words}.yaml"
    assert committed.read_text() == text(level), f"skeptic rbac {level.words} > {committed}"


@pytest.mark.parametrize(("lower", "higher"), list(zip(list(Risk), list(Risk)[1:], strict=False)))
def test_each_level_includes_the_one_below(lower: Risk, higher: Risk) -> None:
    assert granted(lower) < granted(higher)


def test_nothing_is_granted_by_a_star() -> None:
    assert not any("*" in one for one in granted(Risk.CONTROL_PLANE))


def test_looking_only_changes_nothing() -> None:
    assert {verb for *_, verb in granted(Risk.READ_ONLY)} <= {"get", "list", "watch"}


def test_to_look_is_to_see_what_is_left_of_faults() -> None:
    listed = {
        (group, resource)
        for place, group, resource, _, verb in granted(Risk.READ_ONLY)
        if (place, verb) == ("", "list")
    }
    assert {(BUILT_IN[kind].version.rpartition("/")[0], BUILT_IN[kind].plural) for kind in ANNOTATED} <= listed


@pytest.mark.parametrize("resource", ["secrets", "pods/eviction"])
def test_what_nodes_need_is_not_granted_below(resource: str) -> None:
    assert resource not in {one[2] for one in granted(Risk.NAMESPACE)}
    assert resource in {one[2] for one in granted(Risk.NODE)}


def test_nodes_are_changed_from_level_node_on_only() -> None:
    assert ("", "", "nodes", "", "patch") not in granted(Risk.NAMESPACE)
    assert ("", "", "nodes", "", "patch") in granted(Risk.NODE)


def test_kinds_become_resources_of_their_groups() -> None:
    assert of_kinds(["Deployment"]) == (Right("deployments", OWN, "apps"),)


def test_roles_are_bound_to_who_was_named() -> None:
    made: list[dict[str, Any]] = manifests(
        Risk.NODE, [Right("pods", ("get",)), Right("leases", ("get",), where="x")], ("ci", "bot")
    )
    assert [one["kind"] for one in made] == ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]
    assert all(one["subjects"] == [{"kind": "ServiceAccount", "namespace": "ci", "name": "bot"}] for one in made[1::2])
