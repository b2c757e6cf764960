"""A kit for connector authors: a client, reading page by page, windows, jobs, webhooks, writing."""

from httpx import Request, Response

from crmsync.http._asked import Answer, Streamed
from crmsync.http._auth import ApiKey, Basic, Bearer, Signed
from crmsync.http._budget import Budget, Permit, Priority
from crmsync.http._children import joined
from crmsync.http._client import Client
from crmsync.http._events import (
    brevo_events,
    business_central_events,
    frappe_events,
    hubspot_events,
    klaviyo_events,
    lightspeed_events,
    mailchimp_events,
    pipedrive_events,
    shopify_events,
    shopware_events,
    square_events,
    woocommerce_events,
)
from crmsync.http._faults import Faults, retry_after
from crmsync.http._files import Fetched, by_locator, csv_rows, fetched, in_pages, json_lines
from crmsync.http._following import by_cursor, by_link, by_next_url
from crmsync.http._gone import as_deleted, ids_of, with_gone
from crmsync.http._graphql import by_connection
from crmsync.http._jobs import Job, by_job
from crmsync.http._jwt import signed_jwt
from crmsync.http._keyset import After, by_id, by_stamp, by_version
from crmsync.http._limits import AtOnce, DailyQuota, FixedWindow, LeakyBucket, Limit, Standing
from crmsync.http._oauth1 import OAuth1
from crmsync.http._oauth2 import AuthorizationCode, ClientCredentials, JwtBearer, RefreshToken
from crmsync.http._renewing import Session
from crmsync.http._rows import Expired, header
from crmsync.http._signatures import (
    RememberedIds,
    header_of,
    not_replayed,
    require_recent,
    validation_token,
    verify_basic,
    verify_business_central,
    verify_frappe,
    verify_header,
    verify_hmac,
    verify_hubspot,
    verify_klaviyo,
    verify_lightspeed,
    verify_mailchimp,
    verify_shopify,
    verify_shopware,
    verify_square,
    verify_standard,
    verify_url,
    verify_woocommerce,
)
from crmsync.http._stamps import (
    Overlap,
    days_of,
    earlier,
    local_bounds,
    server_time_of,
    watched,
    within,
)
from crmsync.http._tokens import TokenFile
from crmsync.http._walking import by_number, by_offset, by_range
from crmsync.http._windows import Capped, bisected, in_turn
from crmsync.http._writing import failed, halved, keyed, looked_up, named, ordered

__all__ = [
    "After",
    "Answer",
    "ApiKey",
    "AtOnce",
    "AuthorizationCode",
    "Basic",
    "Bearer",
    "Budget",
    "Capped",
    "Client",
    "ClientCredentials",
    "DailyQuota",
    "Expired",
    "Faults",
    "Fetched",
    "FixedWindow",
    "Job",
    "JwtBearer",
    "LeakyBucket",
    "Limit",
    "OAuth1",
    "Overlap",
    "Permit",
    "Priority",
    "RefreshToken",
    "RememberedIds",
    "Request",
    "Response",
    "Session",
    "Signed",
    "Standing",
    "Streamed",
    "TokenFile",
    "as_deleted",
    "bisected",
    "brevo_events",
    "business_central_events",
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
    "failed",
    "fetched",
    "frappe_events",
    "halved",
    "header",
    "header_of",
    "hubspot_events",
    "ids_of",
    "in_pages",
    "in_turn",
    "joined",
    "json_lines",
    "keyed",
    "klaviyo_events",
    "lightspeed_events",
    "local_bounds",
    "looked_up",
    "mailchimp_events",
    "named",
    "not_replayed",
    "ordered",
    "pipedrive_events",
    "require_recent",
    "retry_after",
    "server_time_of",
    "shopify_events",
    "shopware_events",
    "signed_jwt",
    "square_events",
    "validation_token",
    "verify_basic",
    "verify_business_central",
    "verify_frappe",
    "verify_header",
    "verify_hmac",
    "verify_hubspot",
    "verify_klaviyo",
    "verify_lightspeed",
    "verify_mailchimp",
    "verify_shopify",
    "verify_shopware",
    "verify_square",
    "verify_standard",
    "verify_url",
    "verify_woocommerce",
    "watched",
    "with_gone",
    "within",
    "woocommerce_events",
]
