"""systemd: a service and a timer for each job (systemd.service(5), .timer(5) and .exec(5))."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crmsync.schedule.jobs import GOOD, Every, Job, Project, Rhythm

FOLDER = "/etc/systemd/system"
"""Where such units belong."""


def units(
    project: Project, jobs: Iterable[Job], *, user: str = "", alarm: str = ""
) -> Mapping[str, str]:
    """The units by the names of their files; `alarm` is the unit that is started by a failure."""
    found = {}
    for job in jobs:
        name = f"crmsync-{project.name}-{job.name}"
        found[f"{name}.service"] = _service(project, job, user, alarm)
        found[f"{name}.timer"] = _timer(project, job)
    return found


def _service(project: Project, job: Job, user: str, alarm: str) -> str:
    folder = str(project.folder)
    lines = [
        "[Unit]",
        f"Description=crmsync {project.name}: {job.about}",
        "Wants=network-online.target",
        "After=network-online.target",
        *([f"OnFailure={alarm}"] if alarm else []),
        "",
        "[Service]",
        "Type=oneshot",
        *([f"User={user}"] if user else []),
        f"WorkingDirectory={_literal(folder)}",
        *_secrets(project),
        *(f"ExecStart={' '.join(map(_argument, call))}" for call in project.calls(job)),
        "# parked, budget spent, another run at work, stopped: no reason to wake anybody",
        f"SuccessExitStatus={' '.join(map(str, GOOD))}",
        "UMask=0077",
        "NoNewPrivileges=yes",
        "PrivateTmp=yes",
        "ProtectSystem=strict",
        f"ReadWritePaths={_quoted(_literal(folder))}",
    ]
    return "\n".join(lines) + "\n"


def _secrets(project: Project) -> list[str]:
    if not project.variables:
        return []
    return [
        f"# crmsync.toml takes from the environment: {', '.join(project.variables)}",
        f"EnvironmentFile=/etc/crmsync/{project.name}.env",
    ]


def _timer(project: Project, job: Job) -> str:
    lines = [
        "[Unit]",
        f"Description=crmsync {project.name}: {job.about}",
        "",
        "[Timer]",
        f"OnCalendar={calendar(job.rhythm, project.zone)}",
        *(["Persistent=true", "RandomizedDelaySec=10min"] if job.catching_up else []),
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return "\n".join(lines) + "\n"


def calendar(rhythm: Rhythm, zone: str) -> str:
    """A rhythm as systemd.time(7) writes it; a time of day is one of the project's zone."""
    if isinstance(rhythm, Every):
        hours, minutes = divmod(rhythm.minutes, 60)
        hour = f"0/{hours}" if hours > 1 else "*"
        return f"*-*-* {hour}:{'00' if hours else f'0/{minutes}'}:00"
    return f"*-*-* {rhythm.hour:02}:{rhythm.minute:02}:00 {zone}"


def _literal(text: str) -> str:
    """A text in which no specifier stands."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    inner = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"' if inner != text or " " in text or "'" in text else text


def _argument(text: str) -> str:
    """An argument of a command line, in which no variable stands either."""
    return _quoted(_literal(text).replace("$", "$$"))
