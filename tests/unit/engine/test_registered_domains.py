"""The registered domain that an address or a host names."""

from __future__ import annotations

import pytest

from netnew.engine.url_identity import registered_domain_of


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("https://blog.Example.co.uk/x?y=1#z", "example.co.uk"),
        ("example.co.uk", "example.co.uk"),
        (" www.Example.com. ", "example.com"),
        ("example.com:8443/path", "example.com"),
        ("//example.org/x", "example.org"),
        ("https://user:word@www.example.org", "example.org"),
        ("user.github.io", "user.github.io"),
        ("a.b.unlisted", "b.unlisted"),
        ("bücher.example", "bücher.example"),
    ],
)
def test_an_address_or_a_host_names_a_domain(text: str, domain: str) -> None:
    assert registered_domain_of(text) == domain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "com",
        "co.uk",
        "https://com/",
        "127.0.0.1",
        "http://10.0.0.1:80/x",
        "1.2.3",
        "[::1]",
        "http://[::1]:8080/",
        "localhost",
        "someone@example.com",
        "urn:isbn:1",
        "ftp://example.com",
        "javascript:alert(1)",
        "not a domain",
        "*.example.com",
        "-a.com",
        "example..com",
        "a" * 64 + ".com",
        "a." * 130 + "com",
    ],
)
def test_what_names_no_domain_gives_none(text: str) -> None:
    assert registered_domain_of(text) is None
