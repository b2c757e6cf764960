"""CronJobs, held against the schemas that Kubernetes publishes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from crmsync.schedule.jobs import Job
from crmsync.schedule.kubernetes import manifests
from tests.schedule.conftest import ODD, project

CHECK = ("status", "--max-age", "1h", "--max-parked", "3d")


def _made(jobs: list[Job], folder: str = "/srv/laden") -> list[dict[str, Any]]:
    told = manifests(project(Path(folder)), jobs, image="registry.example/crmsync:1")
    return list(yaml.safe_load_all(told))


def test_kubernetes_finds_no_fault(everything: list[Job]) -> None:
    made = _made(everything, f"/srv/{ODD}")
    assert [one["metadata"]["name"] for one in made] == [
        "crmsync-laden-sync", "crmsync-laden-till", "crmsync-laden-forecast", "crmsync-laden-value",
        "crmsync-laden-check",
    ]  # fmt: skip
    for one in made:
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)
        assert len(one["metadata"]["name"]) <= 52


def test_the_checker_finds_a_fault(everything: list[Job]) -> None:
    broken = _made(everything)[0]
    broken["spec"]["scheduled"] = broken["spec"].pop("schedule")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, kubernetes_validate.latest_version(), strict=True)


def test_each_runs_one_command_in_its_time_and_zone(everything: list[Job]) -> None:
    found = {
        one["metadata"]["name"].removeprefix("crmsync-laden-"): (
            one["spec"]["schedule"], one["spec"]["timeZone"],
            one["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["command"],
        )
        for one in _made(everything)
    }  # fmt: skip
    start = ["crmsync", "--project", "/project"]
    assert found == {
        "sync": ("*/15 * * * *", "Europe/Berlin", [*start, "sync"]),
        "till": ("*/15 * * * *", "Europe/Berlin", [*start, "till", "build"]),
        "forecast": ("30 2 * * *", "Europe/Berlin", [*start, "forecast"]),
        "value": ("35 2 * * *", "Europe/Berlin", [*start, "value"]),
        "check": (
            "0 * * * *",
            "Europe/Berlin",
            [*start, "status", "--max-age", "1h", "--max-parked", "3d"],
        ),
    }


def test_no_right_that_is_not_needed(everything: list[Job]) -> None:
    for one in _made(everything):
        pod = one["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        container = pod["containers"][0]
        assert one["spec"]["concurrencyPolicy"] == "Forbid"
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["envFrom"] == [{"secretRef": {"name": "crmsync-laden"}}]
