"""Hands the normalized records to Splink in a Python of its own, and reads its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from bench.identity.clean import Clean
from bench.identity.exact import MOST
from bench.identity.truth import Score
from bench.measure import pipe

PEER = Path(__file__).with_name("splink_peer.py")


class Answer(NamedTuple):
    """What Splink took, in seconds and MB, and its score at each threshold ("default", "w9")."""

    train: float
    predict: float
    cluster: float
    peak: float
    warnings: list[str]
    scores: dict[str, Score]

    def best(self) -> tuple[str, Score]:
        """The threshold of the highest F1, which only the labels tell."""
        return max(self.scores.items(), key=lambda one: one[1].f1)


def export(path: Path, records: Sequence[Clean], truth: Sequence[int]) -> None:
    """Write the records as Parquet, with their place and who is behind them; '' as null.

    An address or number of too many given names is left out: Splink is better and faster without.
    """
    columns: dict[str, list[Any]] = {
        name: [value or None for value in values]
        for name, values in zip(Clean._fields, zip(*records, strict=True), strict=True)
    }
    crowded = _crowded(columns)
    for name in _CONTACTS:
        columns[name] = [None if value in crowded else value for value in columns[name]]
    names = zip(columns["given"], columns["family"], strict=True)
    columns["name"] = [f"{given} {family}" if given and family else None for given, family in names]
    write(path, columns, truth)


_CONTACTS = ("email", "phone", "phone2")


def _crowded(columns: Mapping[str, Sequence[Any]]) -> set[str]:
    """The addresses and numbers of more given names than the exact rules allow."""
    users: dict[str, set[str]] = {}
    for name in _CONTACTS:
        for value, given in zip(columns[name], columns["given"], strict=True):
            if value:
                users.setdefault(value, set()).add(given)
    return {value for value, names in users.items() if len(names) > MOST}


def write(path: Path, columns: Mapping[str, Sequence[Any]], truth: Sequence[int]) -> None:
    """Write columns with `place` and `truth` beside them."""
    import pyarrow
    from pyarrow import parquet

    texts = {name: pyarrow.array(values, pyarrow.string()) for name, values in columns.items()}
    parquet.write_table(
        pyarrow.table({"place": range(len(truth)), **texts, "truth": list(truth)}), path
    )


def splink(python: str, records: Path, lowest: float = 0.0) -> Answer:
    """Have `python` link the records; RuntimeError with what it said when it fails."""
    answer = records.with_suffix(".json")
    pipe([python, str(PEER), str(records), str(answer), "--lowest", str(lowest)])
    told = orjson.loads(answer.read_bytes())
    scores = dict(_scores(told))
    return Answer(
        told["train"], told["predict"], told["cluster"], told["peak"], told["warnings"], scores
    )


class Timed(NamedTuple):
    """Splink with a model that it has: seconds and peak MB of its process, pairs, score at 0.95."""

    predict: float
    cluster: float
    peak: float
    pairs: int
    default: Score

    @property
    def seconds(self) -> float:
        """Both together."""
        return self.predict + self.cluster


def learn(python: str, records: Path) -> Path:
    """Have `python` learn a model from the records; the file of it."""
    model = records.with_suffix(".model.json")
    pipe([python, str(PEER), str(records), str(model) + ".told", "--learn", str(model)])
    return model


def predict(python: str, records: Path, model: Path) -> Timed:
    """Have `python` link the records by a model, in a process that does nothing else."""
    answer = records.with_suffix(".json")
    pipe([python, str(PEER), str(records), str(answer), "--model", str(model)])
    told = orjson.loads(answer.read_bytes())
    return Timed(**(told | {"default": Score(**told["default"])}))


def _scores(told: Mapping[str, Any]) -> Iterator[tuple[str, Score]]:
    yield "default", Score(**told["default"])
    for weight, counts in told["weights"].items():
        yield f"w{weight}", Score(**counts)
