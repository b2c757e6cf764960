"""Kubernetes: a CronJob (batch/v1) for each job, without any right that it does not need."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from crmsync.schedule.cron import fields
from crmsync.schedule.jobs import Every, Job, Project, Rhythm

PLACE = Path("/project")
"""Where the project's folder is mounted."""
NOBODY = 10_001
"""The user and group that it runs as."""
LATE = 300
"""Seconds after which a start that was missed is left to the next one."""


def manifests(project: Project, jobs: Iterable[Job], *, image: str) -> str:
    """The CronJobs, one YAML document each.

    A job of several commands becomes several CronJobs, five minutes apart: an image need not have a
    shell. The folder is the PersistentVolumeClaim `crmsync-NAME`, secrets from the environment are
    the Secret of that name.
    """
    there = replace(project, folder=PLACE, program=("crmsync",))
    parts = [part for job in jobs for part in _parts(job)]
    return "---\n".join("\n".join(_lines(_cronjob(there, one, image))) + "\n" for one in parts)


def _parts(job: Job) -> Iterable[Job]:
    for place, command in enumerate(job.commands):
        name = job.name if len(job.commands) == 1 else command[0]
        yield replace(job, name=name, rhythm=_later(job, 5 * place), commands=(command,))


def _later(job: Job, minutes: int) -> Rhythm:
    """A time of day some minutes later; what runs every so often needs no order."""
    if isinstance(job.rhythm, Every):
        return job.rhythm
    whole = (job.rhythm.hour * 60 + job.rhythm.minute + minutes) % (24 * 60)
    return replace(job.rhythm, hour=whole // 60, minute=whole % 60)


def _cronjob(project: Project, job: Job, image: str) -> Mapping[str, Any]:
    claim = f"crmsync-{project.name}"
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {
            "name": f"{claim}-{job.name}",
            "labels": {
                "app.kubernetes.io/name": "crmsync", "app.kubernetes.io/instance": project.name,
            },
        },
        "spec": {
            "schedule": fields(job.rhythm),
            "timeZone": project.zone,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": LATE,
            "jobTemplate": {"spec": {
                "backoffLimit": 0,
                "template": {"spec": {
                    "restartPolicy": "Never",
                    "automountServiceAccountToken": False,
                    "terminationGracePeriodSeconds": 120,
                    "securityContext": {
                        "runAsNonRoot": True, "runAsUser": NOBODY, "runAsGroup": NOBODY,
                        "fsGroup": NOBODY, "seccompProfile": {"type": "RuntimeDefault"},
                    },
                    "containers": [_container(project, job, image)],
                    "volumes": [
                        {"name": "project", "persistentVolumeClaim": {"claimName": claim}},
                        {"name": "tmp", "emptyDir": {}},
                    ],
                }},
            }},
        },
    }  # fmt: skip


def _container(project: Project, job: Job, image: str) -> Mapping[str, Any]:
    secret = [{"secretRef": {"name": f"crmsync-{project.name}"}}]
    return {
        "name": "crmsync",
        "image": image,
        "command": list(project.calls(job)[0]),
        **({"envFrom": secret} if project.variables else {}),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "project", "mountPath": str(PLACE)},
            {"name": "tmp", "mountPath": "/tmp"},
        ],
    }


def _lines(value: Mapping[str, Any], indent: str = "") -> list[str]:
    """Block style YAML; each scalar is as JSON writes it, which YAML 1.2 reads the same."""
    found = []
    for key, inner in value.items():
        if isinstance(inner, Mapping) and inner:
            found += [f"{indent}{key}:", *_lines(inner, indent + "  ")]
        elif isinstance(inner, Sequence) and not isinstance(inner, str):
            found += [f"{indent}{key}:", *_items(inner, indent + "  ")]
        else:
            found.append(f"{indent}{key}: {json.dumps(inner)}")
    return found


def _items(values: Sequence[Any], indent: str) -> list[str]:
    found = []
    for value in values:
        if isinstance(value, Mapping):
            first, *rest = _lines(value, indent + "  ")
            found += [f"{indent}- {first.lstrip()}", *rest]
        else:
            found.append(f"{indent}- {json.dumps(value)}")
    return found
