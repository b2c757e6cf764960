"""Parts of a whole that cannot influence each other: records connected by keys or decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from crmsync.identity.cluster import Decision, Keys, Pair
from crmsync.identity.traits import Traits
from crmsync.model.ref import Ref

Part = tuple[list[Traits], Keys, dict[Pair, Decision]]


def components(
    records: Iterable[Traits], keys: Keys, decisions: Mapping[Pair, Decision]
) -> list[Part]:
    """The connected components, each with its keys and decisions, in the order of their Refs.

    Two controllers never meet: neither by a key nor by a decision.
    """
    by_ref = {record.ref: record for record in records}
    inside = {pair: made for pair, made in decisions.items() if _one_controller(by_ref, pair)}
    trees = _Trees()
    for ref, record in by_ref.items():
        for key in keys[ref]:
            trees.tie(ref, (record.controller, key))
    for a, b in inside:
        trees.tie(a, b)
    return list(_parts(by_ref, keys, inside, trees))


def _one_controller(by_ref: Mapping[Ref, Traits], pair: Pair) -> bool:
    a, b = by_ref.get(pair[0]), by_ref.get(pair[1])
    return a is not None and b is not None and a.controller == b.controller


def _parts(
    by_ref: Mapping[Ref, Traits], keys: Keys, decisions: Mapping[Pair, Decision], trees: _Trees
) -> Iterator[Part]:
    members: dict[object, list[Traits]] = defaultdict(list)
    made: dict[object, dict[Pair, Decision]] = defaultdict(dict)
    for ref in sorted(by_ref):
        members[trees.root(ref)].append(by_ref[ref])
    for pair, decision in decisions.items():
        made[trees.root(pair[0])][pair] = decision
    for root, found in members.items():
        yield found, keys, made[root]


class _Trees:
    """Union-find over records and keys alike."""

    def __init__(self) -> None:
        self._parent: dict[object, object] = {}

    def root(self, node: object) -> object:
        """The one that stands for all that are tied to `node`."""
        parent = self._parent
        while (above := parent.setdefault(node, node)) != node:
            parent[node] = parent.setdefault(above, above)
            node = above
        return node

    def tie(self, a: object, b: object) -> None:
        """Put the trees of two nodes together."""
        self._parent[self.root(a)] = self.root(b)
