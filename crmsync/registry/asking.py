"""Asks plugins what they decide of pairs and compute of customers, and checks what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from crmsync.errors import NOBODYS_FAULT, PluginError
from crmsync.model.own_habit import GivenHabit
from crmsync.model.pair import PairRule, SourcePair

if TYPE_CHECKING:
    from crmsync.registry.plugins import Registry

PAIRS = "crmsync_decide_pairs"
HINT = (
    "Its author must act. Until then nobody is linked anew; what was committed stays, and the next "
    "run goes on from there."
)


class Decider(NamedTuple):
    """A plugin's implementation of a deciding hook; `sign` changes when the plugin does."""

    plugin: str
    sign: str
    function: Callable[..., Any]
    takes: tuple[str, ...]


def deciders(registry: Registry, hook: str = PAIRS) -> list[Decider]:
    """Every plugin's implementation of a *decide* hook, in the order in which they are asked.

    The sign of each is the plugin's name, its version, and its own `__version__`.
    """
    versions = {one.name: one.version for one in registry.plugins}
    found = reversed(getattr(registry.manager.hook, hook).get_hookimpls())
    return [
        Decider(one.plugin_name, _sign(one, versions), one.function, tuple(one.argnames))
        for one in found
    ]


def _sign(implementation: Any, versions: Mapping[str, str]) -> str:
    name = implementation.plugin_name
    own = str(getattr(implementation.plugin, "__version__", ""))
    return "\t".join(part for part in (name, versions.get(name, ""), own) if part)


def ask_pairs(deciders: Sequence[Decider], pairs: Sequence[SourcePair]) -> list[PairRule | None]:
    """What is decided of each pair, by the first plugin that has something to say of it.

    PluginError, naming the plugin, when one fails or breaks the contract.
    """
    found: list[PairRule | None] = [None] * len(pairs)
    for one in deciders:
        told = _answers(one, pairs)
        found = [held or new for held, new in zip(found, told, strict=True)]
    return found


def _answers(one: Decider, pairs: Sequence[SourcePair]) -> Sequence[PairRule | None]:
    where = f"the plugin '{one.plugin}': {PAIRS}"
    try:
        told = one.function(**{"pairs": pairs} if one.takes else {})
        answers = None if told is None else list(told)
    except NOBODYS_FAULT:
        raise
    except BaseException as error:  # a plugin's bug is named, and nobody is linked without it
        raise PluginError(f"{where} failed with {type(error).__name__}.", hint=HINT) from error
    if answers is None:
        return [None] * len(pairs)
    if len(answers) != len(pairs):
        raise PluginError(f"{where} did not give one answer for each pair.", hint=HINT)
    wrong = {type(one).__name__ for one in answers if not isinstance(one, PairRule | None)}
    if wrong:
        raise PluginError(
            f"{where} answered with {', '.join(sorted(wrong))}, not with PairRule or None.",
            hint=HINT,
        )
    return answers


def ask_habit(one: GivenHabit, tables: Mapping[str, Any], as_of: str) -> list[dict[str, Any]]:
    """The rows that a plugin's function makes of these tables.

    PluginError, naming plugin and habit, when it fails or gives something else than a table.
    """
    hint = "Its author must act: docs/reference/hooks.md, crmsync_register_habits."
    function = one.definition.function
    try:
        told: Any = function(dict(tables), as_of) if function else None
        rows = told.to_pylist() if hasattr(told, "to_pylist") else None
    except NOBODYS_FAULT:
        raise
    except BaseException as error:  # a plugin's bug is named, and the other habits go on
        raise PluginError(f"{one.where} failed with {type(error).__name__}.", hint=hint) from error
    if rows is None or not hasattr(told, "column_names"):
        raise PluginError(f"{one.where} gave no pyarrow table.", hint=hint)
    return list(rows)
