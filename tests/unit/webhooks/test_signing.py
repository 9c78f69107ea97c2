from __future__ import annotations

import hmac
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from netnew.domain.errors import InvalidInput
from netnew.webhooks.format import OutgoingMessage
from netnew.webhooks.signing import checked_secret, hex_signature, standard_headers

SECRET = "whsec_" + b64encode(b"thirty-two bytes that are secret").decode()
BODY = '{"type": "run.completed", "name": "Schöpfung 🔭"}'.encode()


def sent() -> OutgoingMessage:
    return OutgoingMessage(
        "whevent_" + "0" * 32, "run.completed", BODY, datetime.now(UTC), "", SECRET
    )


def test_the_package_of_the_standard_accepts_what_is_signed() -> None:
    Webhook(SECRET).verify(BODY, standard_headers(sent()))


def test_the_package_of_the_standard_refuses_another_body_and_another_secret() -> None:
    headers = standard_headers(sent())
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY + b" ", headers)
    other = "whsec_" + b64encode(b"another one").decode()
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(BODY, headers)


def test_a_receiver_that_takes_the_secret_as_it_is_written_finds_its_signature_second() -> None:
    headers = standard_headers(sent())
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + BODY
    expected = b64encode(hmac.new(SECRET.encode(), signed, sha256).digest()).decode()
    first, second = headers["webhook-signature"].split(" ")
    assert second == f"v1,{expected}"
    assert first != second


def test_a_webhook_with_a_secret_of_its_own_is_signed_by_that() -> None:
    own = "whsec_" + b64encode(b"its very own").decode()
    headers = standard_headers(replace(sent(), own_secret=own))
    Webhook(own).verify(BODY, headers)


def test_a_secret_that_is_no_base64_signs_as_it_is_written() -> None:
    headers = standard_headers(replace(sent(), own_secret="é"))
    assert len(headers["webhook-signature"].split(" ")) == 1


def test_the_hex_signature_is_of_the_body_alone() -> None:
    expected = hmac.new("pass é".encode(), BODY, sha256).hexdigest()
    assert hex_signature("pass é", BODY) == expected


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_é", "c2VjcmV0", "secret"])
def test_a_secret_that_the_standard_cannot_read_is_refused(secret: str) -> None:
    with pytest.raises(InvalidInput, match="webhook_secret"):
        checked_secret(secret)
    assert checked_secret(SECRET) == SECRET
