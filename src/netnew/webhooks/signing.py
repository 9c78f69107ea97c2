"""Signatures: the standard one of standardwebhooks.com, and plain hex."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hashlib import sha256

from netnew.domain.errors import InvalidInput
from netnew.webhooks.format import OutgoingMessage

_PREFIX = "whsec_"


def standard_headers(sent: OutgoingMessage) -> dict[str, str]:
    """`webhook-id`, `webhook-timestamp` and `webhook-signature`, by the webhook's own secret or
    else the workspace's.

    There are two signatures, `v1,… v1,…`: one with the decoded bytes of the secret, as the
    standard says, one with the secret as written, as older receivers check it. Receivers accept
    either."""
    secret = sent.own_secret or sent.workspace_secret
    timestamp = str(int(sent.at.timestamp()))
    signed = f"{sent.delivery_id}.{timestamp}.".encode() + sent.body
    signatures = [_signature(key, signed) for key in (_decoded(secret), secret.encode()) if key]
    return {
        "webhook-id": sent.delivery_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def hex_signature(secret: str, body: bytes) -> str:
    """HMAC-SHA256 of `body` with the secret as written, in hex."""
    return hmac.new(secret.encode("utf-8", "surrogatepass"), body, sha256).hexdigest()


def checked_secret(secret: str) -> str:
    """Return `secret` unchanged. Raises InvalidInput if it is not a key by the standard."""
    if not secret.startswith(_PREFIX) or not _decoded(secret):
        allowed = f"{_PREFIX} and base64"
        raise InvalidInput("webhook_secret", "is no secret of the standard's form", allowed)
    return secret


def _signature(key: bytes, signed: bytes) -> str:
    return f"v1,{b64encode(hmac.new(key, signed, sha256).digest()).decode()}"


def _decoded(secret: str) -> bytes:
    """The decoded key; empty if `secret` is not one."""
    try:
        # Padding is often omitted; surplus padding does no harm.
        return b64decode(secret.removeprefix(_PREFIX) + "==")
    except (NotBase64, ValueError):
        return b""
