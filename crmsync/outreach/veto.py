"""Asks every plugin's veto: any may forbid a contact, none can allow one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from crmsync.errors import NOBODYS_FAULT
from crmsync.model.play import Proposal

Veto = tuple[str, Callable[..., Mapping[str, str]]]
"""A plugin's name and its `crmsync_veto_contact`."""

BATCH = 1000
"""Proposals a plugin is asked about at once."""


def ask(vetoes: Sequence[Veto], proposals: Sequence[Proposal], *, as_of: str) -> dict[str, str]:
    """Contact id to reason of everything the plugins forbid.

    A plugin that fails or does not answer with a mapping forbids its whole batch; whoever is
    forbidden by several keeps the first reason, by the plugins' names.
    """
    forbidden: dict[str, str] = {}
    for batch in _batches(proposals):
        for name, veto in sorted(vetoes, key=lambda one: one[0]):
            for number, reason in _answer(name, veto, batch, as_of).items():
                forbidden.setdefault(number, f"{name}: {reason}")
    return forbidden


def _answer(
    name: str, veto: Callable[..., Mapping[str, str]], batch: Sequence[Proposal], as_of: str
) -> dict[str, str]:
    try:
        said = veto(proposals=batch, as_of=as_of)
        told = {str(number): str(reason) for number, reason in said.items()}
    except NOBODYS_FAULT:
        raise
    except BaseException as error:  # a faulty veto cannot say no, so nobody is contacted
        problem = f"crmsync_veto_contact failed with {type(error).__name__}"
        return {proposal.contact.id: problem for proposal in batch}
    return told


def _batches(proposals: Sequence[Proposal]) -> Iterator[Sequence[Proposal]]:
    return (proposals[start : start + BATCH] for start in range(0, len(proposals), BATCH))
