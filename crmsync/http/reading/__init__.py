"""Reads lists of every kind page by page: walks, cursors, keysets, windows, jobs, files."""

from crmsync.http.reading.children import joined
from crmsync.http.reading.files import Fetched, by_locator, csv_rows, fetched, in_pages, json_lines
from crmsync.http.reading.following import by_cursor, by_link, by_next_url
from crmsync.http.reading.gone import as_deleted, ids_of, with_gone
from crmsync.http.reading.graphql import by_connection
from crmsync.http.reading.jobs import Job, by_job
from crmsync.http.reading.keyset import After, by_id, by_stamp, by_version
from crmsync.http.reading.rows import Expired, header
from crmsync.http.reading.stamps import (
    Overlap,
    days_of,
    earlier,
    local_bounds,
    moment_in,
    server_time_of,
    watched,
    within,
)
from crmsync.http.reading.walking import by_number, by_offset, by_range
from crmsync.http.reading.windows import Capped, bisected, in_turn

__all__ = [
    "After",
    "Capped",
    "Expired",
    "Fetched",
    "Job",
    "Overlap",
    "as_deleted",
    "bisected",
    "by_connection",
    "by_cursor",
    "by_id",
    "by_job",
    "by_link",
    "by_locator",
    "by_next_url",
    "by_number",
    "by_offset",
    "by_range",
    "by_stamp",
    "by_version",
    "csv_rows",
    "days_of",
    "earlier",
    "fetched",
    "header",
    "ids_of",
    "in_pages",
    "in_turn",
    "joined",
    "json_lines",
    "local_bounds",
    "moment_in",
    "server_time_of",
    "watched",
    "with_gone",
    "within",
]
