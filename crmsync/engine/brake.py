"""The brake: an empty or broken answer must not delete anybody."""

from __future__ import annotations

from crmsync.errors import BrakeError

FEW = 5
"""So many may always vanish, as long as not all do."""


def check_brake(stream: str, *, vanished: int, alive: int, share: float) -> None:
    """BrakeError when more than `share` of a stream's living records would vanish at once."""
    if vanished == 0 or (vanished < alive and vanished <= max(FEW, int(alive * share))):
        return
    few = f"the brake allows {max(FEW, int(alive * share))}" if vanished < alive else "that is all"
    raise BrakeError(
        f"{stream}: {vanished} of {alive} records would vanish ({few}); none was deleted.",
        hint="If the backend really lost them: "
        f"crmsync reconcile {stream.split('/')[0]} --accept-deletes",
    )
