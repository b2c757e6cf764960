"""Splink 5 over normalized records: trained, predicted, clustered at many thresholds, each timed.

    python splink_peer.py RECORDS.parquet ANSWER.json [--lowest WEIGHT]
    python splink_peer.py RECORDS.parquet ANSWER.json --learn MODEL.json
    python splink_peer.py RECORDS.parquet ANSWER.json --model MODEL.json

The first form does everything; the second learns a model and keeps it, the third predicts and
clusters with it, in a process that has learned nothing.

Run by a Python of its own that has splink; imports nothing of ours. The column `truth` is looked at
only when everything is done, to score the clusters. u comes from 3e7 random pairs; names, e-mail
and numbers have term frequencies; a warning of Splink's that something is untrained is handed on.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import time
from pathlib import Path
from typing import Any

import splink.comparison_level_library as level
import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

DEFAULT = 0.95
"""Match probability at which Splink's tutorials cluster."""
WEIGHTS = (-8, -6, -4, -2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 20)
"""Match weights (log2 of the odds) among which the best threshold is chosen by the labels."""


class Noted(logging.Handler):
    """Keeps what is warned of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what it says, on one line, without its frame."""
        lines = (line.strip() for line in record.getMessage().splitlines())
        self.said.append(" ".join(line for line in lines if line and not line.startswith("--")))


def _phone() -> Any:
    crossed = " OR ".join(
        f"{one}_l = {other}_r"
        for one, other in (("phone", "phone2"), ("phone2", "phone"), ("phone2", "phone2"))
    )
    return compare.CustomComparison(
        output_column_name="phone",
        comparison_levels=[
            level.NullLevel("phone"),
            level.ExactMatchLevel("phone", term_frequency_adjustments=True),
            level.CustomLevel(crossed, label_for_charts="the other number"),
            level.DamerauLevenshteinLevel("phone", distance_threshold=1),
            level.ElseLevel(),
        ],
    )


def _address() -> Any:
    return compare.CustomComparison(
        output_column_name="address",
        comparison_levels=[
            level.NullLevel("code"),
            level.CustomLevel("code_l = code_r AND street_l = street_r", "door"),
            level.CustomLevel(
                "code_l = code_r AND jaro_winkler_similarity(street_l, street_r) >= 0.9",
                "door nearly",
            ),
            level.CustomLevel("street_l = street_r", "street"),
            level.CustomLevel("code_l = code_r", "code"),
            level.CustomLevel("town_l = town_r", "town"),
            level.ElseLevel(),
        ],
    )


def people() -> tuple[list[Any], list[Any], list[Any]]:
    """Comparisons, blocking rules and rules of training for people of a retailer."""
    comparisons = [
        compare.ForenameSurnameComparison(
            "given", "family", forename_surname_concat_col_name="name"
        ),
        compare.DateOfBirthComparison("birth", input_is_string=True),
        compare.EmailComparison("email").configure(term_frequency_adjustments=True),
        _phone(),
        _address(),
        compare.ExactMatch("card"),
    ]
    blocking = [
        block_on("email"), block_on("phone"), block_on("phone2"), block_on("card"),
        "l.phone = r.phone2",
        block_on("given", "family"), block_on("family", "birth"), block_on("given", "birth"),
        block_on("family", "code"), block_on("code", "street"),
    ]  # fmt: skip
    return (
        comparisons,
        blocking,
        [block_on("given", "family"), block_on("birth"), block_on("email")],
    )


def public(columns: set[str]) -> tuple[list[Any], list[Any], list[Any]]:
    """The same for the public sets, whichever of these columns they have."""
    kinds = {
        "given": lambda: compare.NameComparison("given").configure(term_frequency_adjustments=True),
        "family": lambda: compare.NameComparison("family").configure(
            term_frequency_adjustments=True
        ),
        "birth": lambda: compare.DateOfBirthComparison("birth", input_is_string=True),
        "email": lambda: compare.EmailComparison("email"),
        "number": lambda: compare.DamerauLevenshteinAtThresholds("number", [1, 2]),
        "street": lambda: compare.DamerauLevenshteinAtThresholds("street", [1, 3]),
        "code": lambda: compare.DamerauLevenshteinAtThresholds("code", [1, 2]),
        "town": lambda: compare.DamerauLevenshteinAtThresholds("town", [1, 2]).configure(
            term_frequency_adjustments=True
        ),
    }
    keys = [("given", "family"), ("birth",), ("number",), ("email",), ("family", "code"),
            ("given", "code"), ("street",), ("family", "town"), ("given", "town")]  # fmt: skip
    blocking = [block_on(*key) for key in keys if columns >= set(key)]
    training = [block_on(*key) for key in (("given", "family"), ("birth",), ("email",), ("code",))
                if columns >= set(key)]  # fmt: skip
    return [kinds[one]() for one in kinds if one in columns], blocking, training


def train(linker: Any, training: list[Any], columns: set[str]) -> None:
    """Prior, u and m, without labels."""
    rules = [("given", "family", "birth"), ("email", "given"), ("phone", "given"), ("number",)]
    linker.training.estimate_probability_two_random_records_match(
        [block_on(*rule) for rule in rules if columns >= set(rule)], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=3e7)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, record_sample_proportion=1.0, max_pairs=3e7
        )


def scored(connection: Any, table: str) -> dict[str, int]:
    """Exact counts of pairs: true, found, right; large clusters, and those of several people."""
    text = f"""
    WITH mixed AS (SELECT cluster_id AS c, truth AS t, count(*) AS n FROM {table} GROUP BY ALL),
         c AS (SELECT sum(n) AS n, count(*) AS people FROM mixed GROUP BY c),
         t AS (SELECT sum(n) AS n FROM mixed GROUP BY t)
    SELECT (SELECT sum(n * (n - 1) // 2) FROM t), (SELECT sum(n * (n - 1) // 2) FROM c),
           (SELECT sum(n * (n - 1) // 2) FROM mixed), (SELECT count(*) FROM c WHERE n > 4),
           (SELECT count(*) FROM c WHERE n > 4 AND people > 1)
    """
    names = ("true", "found", "right", "large", "tainted")
    return {
        name: int(value)
        for name, value in zip(names, connection.execute(text).fetchall()[0], strict=True)
    }


class Task:
    """The records in DuckDB and a linker over them: with settings of its own, or a model's."""

    def __init__(self, records: Path, model: Path | None = None) -> None:
        import duckdb

        self.connection = duckdb.connect()
        self.connection.execute(f"CREATE TABLE records AS SELECT * FROM read_parquet('{records}')")
        told = self.connection.execute("DESCRIBE records").fetchall()
        self.columns = {name for name, *_ in told}
        comparisons, blocking, self.training = (
            people() if "phone" in self.columns else public(self.columns)
        )
        settings = SettingsCreator(
            link_type="dedupe_only", unique_id_column_name="place", comparisons=comparisons,
            blocking_rules_to_generate_predictions=blocking,
            additional_columns_to_retain=["truth"],
            retain_intermediate_calculation_columns=False, retain_matching_columns=False,
        )  # fmt: skip
        api = DuckDBAPI(self.connection)
        self.linker = Linker(api.register("records"), str(model) if model else settings)

    def train(self) -> float:
        """Learn the model; the seconds of it."""
        began = time.perf_counter()
        train(self.linker, self.training, self.columns)
        return time.perf_counter() - began

    def link(self, **threshold: float) -> tuple[Any, dict[str, Any]]:
        """Predict, and cluster at the default: the pairs, and seconds, peak and scores of it."""
        began = time.perf_counter()
        predicted = self.linker.inference.predict(**threshold)
        middle = time.perf_counter()
        clusters = self.linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_probability=DEFAULT
        )
        told = {"predict": middle - began, "cluster": time.perf_counter() - middle,
                "peak": peak(), "default": scored(self.connection, clusters.physical_name),
                "pairs": self._count(predicted)}  # fmt: skip
        return predicted, told

    def _count(self, table: Any) -> int:
        found = self.connection.execute(f"SELECT count(*) FROM {table.physical_name}").fetchall()
        return int(found[0][0])

    def at(self, predicted: Any, weight: float) -> dict[str, int]:
        """The score at a threshold."""
        clusters = self.linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_weight=weight
        )
        return scored(self.connection, clusters.physical_name)


def peak() -> float:
    """The most MB of this process, without what the one that started it had (Linux)."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def linked(records: Path, lowest: float) -> dict[str, Any]:
    """Everything, timed; the scores by threshold."""
    noted = Noted()
    logging.getLogger("splink").addHandler(noted)
    task = Task(records)
    took = task.train()
    noted.said.clear()  # what is untrained at the end is said by predict
    predicted, told = task.link(threshold_match_weight=lowest)
    weights = {weight: task.at(predicted, weight) for weight in WEIGHTS if weight >= lowest}
    return {"train": took, **told, "weights": weights, "warnings": sorted(set(noted.said))}


def learned(records: Path, model: Path) -> dict[str, Any]:
    """What it took to learn `model` and to write it."""
    task = Task(records)
    took = task.train()
    task.linker.misc.save_model_to_json(str(model), overwrite=True)
    return {"train": took, "peak": peak()}


def predicted(records: Path, model: Path) -> dict[str, Any]:
    """What a learned model needs to predict and to cluster, at the threshold of the clusters."""
    return Task(records, model).link(threshold_match_probability=DEFAULT)[1]


def main() -> None:
    """Do what is asked, and write the answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path)
    parser.add_argument("answer", type=Path)
    parser.add_argument("--lowest", type=float, default=0.0)
    parser.add_argument("--learn", type=Path, metavar="MODEL")
    parser.add_argument("--model", type=Path)
    told = parser.parse_args()
    if told.learn:
        answer = learned(told.records, told.learn)
    elif told.model:
        answer = predicted(told.records, told.model)
    else:
        answer = linked(told.records, told.lowest)
    told.answer.write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
