"""A small kit for connector authors: a client with timeouts, retries, sessions, clear errors."""

from httpx import Request, Response

from crmsync.http._auth import Bearer, Session
from crmsync.http._client import Answer, Client
from crmsync.http._writing import failed, halved, keyed, looked_up, named, ordered

__all__ = [
    "Answer",
    "Bearer",
    "Client",
    "Request",
    "Response",
    "Session",
    "failed",
    "halved",
    "keyed",
    "looked_up",
    "named",
    "ordered",
]
