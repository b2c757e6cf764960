"""From the fields of a backend to those of ours, by a table: compiled once, quick by the page."""

from crmsync.mapping.convert import to_json
from crmsync.mapping.keys import Record, key_teller, stream_key, with_key, without_key
from crmsync.mapping.mapper import MAPPER_VERSION, ROWS, Mapper, require_columns
from crmsync.mapping.parts import amount_in, cost_in, inner, rows
from crmsync.mapping.settings import MappedStream, check_names

__all__ = [
    "MAPPER_VERSION",
    "ROWS",
    "MappedStream",
    "Mapper",
    "Record",
    "amount_in",
    "check_names",
    "cost_in",
    "inner",
    "key_teller",
    "require_columns",
    "rows",
    "stream_key",
    "to_json",
    "with_key",
    "without_key",
]
