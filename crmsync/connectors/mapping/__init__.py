"""The mapping of the configuration: from the columns of a backend to the fields of ours."""

from crmsync.connectors.mapping.convert import to_json
from crmsync.connectors.mapping.keys import Record, key_teller, stream_key, with_key, without_key
from crmsync.connectors.mapping.mapper import MAPPER_VERSION, ROWS, Mapper, require_columns
from crmsync.connectors.mapping.settings import MappedStream, check_names

__all__ = [
    "MAPPER_VERSION",
    "ROWS",
    "MappedStream",
    "Mapper",
    "Record",
    "check_names",
    "key_teller",
    "require_columns",
    "stream_key",
    "to_json",
    "with_key",
    "without_key",
]
