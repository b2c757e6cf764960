"""JSON Web Tokens (RFC 7519) signed by us: HS256 by the standard library, RS256 by an extra."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Literal

import orjson

from crmsync.errors import ConfigError, CredentialsError
from crmsync.http._secrets import Secret, plain

Algorithm = Literal["RS256", "HS256"]


def signed_jwt(
    claims: Mapping[str, Any],
    *,
    key: Secret,
    algorithm: Algorithm = "RS256",
    header: Mapping[str, str] | None = None,
) -> str:
    """The token that says `claims`, signed with `key`: a private key in PEM, or for HS256 any text.

    CredentialsError when the key is none; ConfigError when RS256 needs a package.
    """
    head = {"alg": algorithm, "typ": "JWT", **(header or {})}
    signed = f"{_part(orjson.dumps(head))}.{_part(orjson.dumps(claims))}".encode()
    sign = _rs256 if algorithm == "RS256" else _hs256
    return f"{signed.decode()}.{_part(sign(plain(key), signed))}"


def _part(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _hs256(key: str, signed: bytes) -> bytes:
    return hmac.digest(key.encode(), signed, "sha256")


def _rs256(key: str, signed: bytes) -> bytes:
    try:
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
    except ImportError as error:
        hint = "IT: pip install 'crmsync[jwt]'"
        raise ConfigError(
            "signing with RS256 needs the package cryptography.", hint=hint
        ) from error
    try:
        private = serialization.load_pem_private_key(key.encode(), password=None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, rsa.RSAPrivateKey):
        hint = "IT: it must be an RSA key in PEM format, without a passphrase."
        raise CredentialsError("the private key cannot be read.", hint=hint)
    return private.sign(signed, padding.PKCS1v15(), hashes.SHA256())
