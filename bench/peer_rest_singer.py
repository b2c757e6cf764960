"""bench.http's peer: a tap of the Singer SDK, as its template writes one."""

from __future__ import annotations

from typing import Any, ClassVar

from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th


class Customers(RESTStream):  # type: ignore[misc]
    """The customers, page after page."""

    name = "customers"
    path = "/0"
    primary_keys = ("id",)
    records_jsonpath = "$.items[*]"
    next_page_token_jsonpath = "$.next"
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("id", th.IntegerType, required=True),
        *(
            th.Property(name, th.StringType)
            for name in (
                "customer_number", "salutation", "title", "first_name", "last_name", "company",
                "vat_id", "email", "phone", "mobile", "fax", "birth_date", "language", "currency",
                "created_at", "updated_at", "store", "segment", "total_spent", "newsletter", "note",
            )
        ),
        th.Property("orders_count", th.IntegerType),
        th.Property("tags", th.ArrayType(th.StringType)),
        th.Property("addresses", th.ArrayType(th.ObjectType(additional_properties=True))),
        th.Property("consents", th.ArrayType(th.ObjectType(additional_properties=True))),
        th.Property("external_ids", th.ObjectType(additional_properties=True)),
    ).to_dict()  # fmt: skip

    @property
    def url_base(self) -> str:
        """Where the shop is."""
        return str(self.config["url"])

    def get_url(self, context: Any) -> str:
        """The first page; the others are asked for by `prepare_request`."""
        return f"{self.url_base}/0"

    def prepare_request(self, context: Any, next_page_token: Any) -> Any:
        """The request for a page."""
        return self.build_prepared_request(
            method="GET", url=f"{self.url_base}/{next_page_token or 0}"
        )


class TapShop(Tap):  # type: ignore[misc]
    """The shop."""

    name = "tap-shop"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("url", th.StringType, required=True)
    ).to_dict()

    def discover_streams(self) -> list[Customers]:
        """Its one stream."""
        return [Customers(self)]


if __name__ == "__main__":
    TapShop.cli()
