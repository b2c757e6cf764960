"""The queries of the till file by name, read from till.sql. Standard library only."""

from __future__ import annotations

from pathlib import Path

from crmsync.identity.search.file import read_queries

QUERIES = read_queries(Path(__file__).with_name("till.sql"))
