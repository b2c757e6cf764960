"""The model: what each level of agreement is worth, as whole tenths of a bit (Fellegi and Sunter).

A weight is 10 × log2 of how many times likelier a level is among records of one person than among
those of two (I. P. Fellegi, A. B. Sunter, "A Theory for Record Linkage", JASA 64, 1969). Rare names
weigh more than common ones. Weights are whole numbers, so that their sum is the same wherever it is
computed. The file is data of ours, made by `bench.identity.train`; how, says
docs/explanation/who-is-who.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from crmsync.errors import ConfigError
from crmsync.identity.faces import Columns, Ints
from crmsync.identity.levels import NAMES, Levels, level

VERSION = 1
"""The version of the model file that this program reads."""

BIT = 10
"""A weight of so much doubles the odds."""

TRAIN = "Train it anew: crmsync model train FILE."

FORCED = 10_000
"""Added to the weight of a pair that a number decides; no sum of levels comes near."""

Tenths = Annotated[int, msgspec.Meta(ge=-500, le=500)]
"""A weight in a file: tenths of a bit, and no field or level outdoes a number that decides."""

BUILT_IN = Path(__file__).with_name("model.json")
EQUAL = {"given": level("given", "equal"), "family": level("family", "equal")}


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A trained model as its file says it.

    `weights` maps field and level to tenths of a bit; `rare` maps field and folded name to what is
    to be added when two names are equal, '' stands for every name that is not listed. `prior` is
    what a pair that shares a key weighs before anything is compared: a weight of 0 is as likely one
    person as two. From `same` on a pair is one person, from `review` on a human is asked.

    `seen` says what the weights were learned from: of the compared pairs that nothing forbids, how
    many of one person and how many of two had a level. All pairs stand under kind, equal.
    """

    version: int
    name: str
    made: str
    weights: dict[str, dict[str, Tenths]]
    rare: dict[str, dict[str, Tenths]]
    prior: Tenths
    same: Tenths
    review: Tenths
    seen: dict[str, dict[str, tuple[int, int]]] = {}


@dataclass(frozen=True, slots=True)
class Weights:
    """A model, ready to weigh pairs: a row of numbers for each field."""

    model: Model
    tables: Mapping[str, NDArray[np.int32]]

    def weigh(self, faces: Columns, found: Levels, a: Ints, b: Ints) -> NDArray[np.int32]:
        """The sum of the weights of each pair."""
        total = np.full(len(a), self.model.prior, dtype=np.int32)
        for part in self.parts(faces, found, a, b).values():
            total += part
        return total

    def parts(
        self, faces: Columns, found: Levels, a: Ints, b: Ints
    ) -> dict[str, NDArray[np.int32]]:
        """What each field adds to the weight of each pair."""
        parts = {field: table[found[field]] for field, table in self.tables.items()}
        for field, equal in EQUAL.items():
            if field in parts:
                rare = self.rarity(field, faces)[faces.of[field]]
                both = np.minimum(rare[a], rare[b])
                parts[field] = parts[field] + np.where(found[field] == equal, both, 0)
        return parts

    def rarity(self, field: str, faces: Columns) -> NDArray[np.int32]:
        """What each of the words of the faces adds when two are equal in it."""
        listed = self.model.rare.get(field, {})
        other = listed.get("", 0)
        told = (listed.get(" ".join(word), other) for word in faces.words)
        return np.fromiter(told, dtype=np.int32, count=len(faces.words))


def probability(weight: int) -> float:
    """How likely two records of this weight are one person."""
    return float(1 / (1 + 2 ** (-weight / BIT)))


def likely(weight: int) -> float | None:
    """The probability by a stored weight; None where a number decides, whatever the model says."""
    return None if weight > FORCED // 2 else probability(weight)


def read_model(path: Path) -> Model:
    """The model in a file; ConfigError when it is none, or of another version."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"the model {path} cannot be read: {error.strerror}.",
                          hint=TRAIN) from error  # fmt: skip
    try:
        version = msgspec.json.decode(content, type=_Version).version
        if version == VERSION:
            return msgspec.json.decode(content, type=Model)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is no model: {error}.", hint=TRAIN) from error
    raise ConfigError(f"{path} has version {version}, this program reads {VERSION}.",
                      hint=f"{TRAIN} Or update crmsync.")  # fmt: skip


class _Version(msgspec.Struct):
    """What every version of the file has."""

    version: int


def weights(model: Model) -> Weights:
    """A model, ready to weigh; ConfigError when it names what does not exist, or asks too late."""
    if strange := sorted(model.rare.keys() - EQUAL.keys()):
        raise ConfigError(f"the model knows rare names of {strange[0]}, which has none.",
                          hint=TRAIN)  # fmt: skip
    if model.review > model.same:
        raise ConfigError("the model's review is above its same: nobody would be asked.",
                          hint=TRAIN)  # fmt: skip
    return Weights(model, {field: _row(field, told) for field, told in model.weights.items()})


def _row(field: str, told: Mapping[str, int]) -> NDArray[np.int32]:
    names: Sequence[str] = NAMES.get(field, ())
    unknown = sorted(told.keys() - set(names))
    if unknown or not names:
        what = f"{field} {unknown[0]}" if unknown else field
        raise ConfigError(f"the model weighs {what}, which is nothing.", hint=TRAIN)
    return np.array([told.get(name, 0) for name in names], dtype=np.int32)


@lru_cache(maxsize=1)
def default() -> Weights:
    """The model that crmsync brings."""
    return weights(read_model(BUILT_IN))


def in_use(file: Path | None) -> Weights:
    """The model in a file, where one is configured, else the one that crmsync brings.

    ConfigError as `read_model` and `weights` raise it.
    """
    return weights(read_model(file)) if file else default()


def digest(model: Model) -> str:
    """A sign of a model: with another one everybody is compared anew."""
    return blake2b(as_json(model), digest_size=16).hexdigest()


def as_json(model: Model) -> bytes:
    """A model as its file, for people to read."""
    told: Any = msgspec.to_builtins(model)
    return msgspec.json.format(msgspec.json.encode(told), indent=1)
