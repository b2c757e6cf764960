"""bench.http's peer: PyAirbyte with a declarative source and its DuckDB cache."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("AIRBYTE_OFFLINE_MODE", "1")


def manifest(url: str) -> dict[str, Any]:
    """The source as a manifest."""
    retriever = {
        "type": "SimpleRetriever",
        "requester": {
            "type": "HttpRequester",
            "url_base": url,
            "path": "{{ next_page_token['next_page_token'] if next_page_token else '/0' }}",
            "http_method": "GET",
        },
        "record_selector": {
            "type": "RecordSelector",
            "extractor": {"type": "DpathExtractor", "field_path": ["items"]},
        },
        "paginator": {
            "type": "DefaultPaginator",
            "page_token_option": {"type": "RequestPath"},
            "pagination_strategy": {
                "type": "CursorPagination",
                "cursor_value": "{{ response['link'] }}",
                "stop_condition": "{{ not response['link'] }}",
            },
        },
    }
    stream = {
        "type": "DeclarativeStream",
        "name": "customers",
        "primary_key": "id",
        "retriever": retriever,
        "schema_loader": {
            "type": "InlineSchemaLoader",
            "schema": {
                "type": "object",
                "additionalProperties": True,
                "properties": {
                    "id": {"type": "integer"},
                    **{name: {"type": ["string", "null"]} for name in TEXTS},
                    "orders_count": {"type": "integer"},
                    "tags": {"type": "array"},
                    "addresses": {"type": "array"},
                    "consents": {"type": "array"},
                    "external_ids": {"type": "object"},
                },
            },
        },
    }
    return {
        "version": "6.0.0",
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": ["customers"]},
        "streams": [stream],
        "spec": {
            "type": "Spec",
            "connection_specification": {"type": "object", "properties": {}},
        },
    }


TEXTS = (
    "customer_number", "salutation", "title", "first_name", "last_name", "company", "vat_id",
    "email", "phone", "mobile", "fax", "birth_date", "language", "currency", "created_at",
    "updated_at", "store", "segment", "total_spent", "newsletter", "note",
)  # fmt: skip


def load(url: str, folder: Path) -> None:
    """Read everything into a cache of its own."""
    import airbyte

    source = airbyte.get_source("source-shop", config={}, source_manifest=manifest(url))
    source.select_all_streams()
    cache = airbyte.caches.DuckDBCache(db_path=folder / "peer.duckdb")
    source.read(cache=cache)


if __name__ == "__main__":
    load(sys.argv[1], Path(sys.argv[2]))
