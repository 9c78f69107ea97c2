"""What does not count in an address, and what an address says about identity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netnew.engine.url_identity import (
    canonical_address,
    home_address,
    identity_key,
    is_address,
    registered_domain,
)

SAME = [
    "https://example.com/",
    "http://example.com",
    "https://www.example.com/",
    "https://WWW.Example.com:443",
    "http://example.com:80/index.html",
    "https://example.com/?utm_source=news&utm_medium=mail",
    "https://example.com/?gclid=1#top",
    "https://example.com/?ref=producthunt",
]


@pytest.mark.parametrize("url", SAME)
def test_mirrors_of_a_home_page_are_one_address(url: str) -> None:
    assert canonical_address(url) == "example.com"
    assert identity_key(url) == "site:example.com"


hosts = st.from_regex(r"[a-z]{2,10}\.(com|org|co\.uk|io|de)", fullmatch=True)
paths = st.lists(
    st.from_regex(r"[a-z0-9_.-]{1,8}", fullmatch=True).filter(lambda p: p.strip(".")), max_size=3
)


@given(
    hosts,
    paths,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["", "www."]),
    st.sampled_from(["", "/"]),
    st.sampled_from(["", "utm_source=x", "fbclid=1&gclid=2", "ref=a"]),
    st.sampled_from(["", "#part"]),
)
def test_scheme_www_slash_tracking_and_fragment_do_not_count(
    host: str, path: list[str], scheme: str, www: str, slash: str, query: str, part: str
) -> None:
    plain = "/".join([host, *path])
    url = f"{scheme}://{www}{plain}{slash}{'?' + query if query else ''}{part}"
    assert canonical_address(url) == canonical_address(f"https://{plain}")
    assert canonical_address(canonical_address(url)) == canonical_address(url)


def test_a_parameter_that_says_something_counts() -> None:
    assert canonical_address("https://a.com/?id=2&utm_source=x") == "a.com?id=2"
    assert canonical_address("https://a.com/?b=1&a=2") == canonical_address(
        "https://a.com/?a=2&b=1"
    )


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://acme.com/about", "acme.com"),
        ("https://acme.com/about-us/", "acme.com"),
        ("https://acme.com/company/team", "acme.com"),
        ("https://acme.com/products/kettle", "acme.com/products/kettle"),
        ("https://acme.com/products/kettle/about", "acme.com/products/kettle"),
        ("https://github.com/acme/kettle/blob/main/README.md", "github.com/acme/kettle"),
        ("https://github.com/acme", "github.com/acme"),
    ],
)
def test_pages_of_an_entity_lead_to_its_home(url: str, home: str) -> None:
    assert home_address(url) == home


def test_a_domain_is_no_identity_on_a_shared_host() -> None:
    assert identity_key("https://github.com/acme/kettle") == "page:github.com/acme/kettle"
    assert identity_key("https://github.com/acme/pot") != identity_key(
        "https://github.com/acme/kettle"
    )
    assert identity_key("https://github.com/") == "page:github.com"


def test_a_user_site_on_a_shared_suffix_is_a_site_of_its_own() -> None:
    assert registered_domain("https://kettle.github.io/docs") == "kettle.github.io"
    assert identity_key("https://kettle.github.io/") == "site:kettle.github.io"


def test_a_urn_is_its_own_identity() -> None:
    assert identity_key("urn:netnew:csv:acme") == "urn:netnew:csv:acme"


@given(st.text(max_size=40))
def test_any_text_can_be_asked_for_its_address(text: str) -> None:
    for url in (text, f"https://{text}", f"https://[{text}", f"urn:{text}"):
        assert isinstance(canonical_address(url), str)
        assert isinstance(identity_key(url), str)
        assert isinstance(registered_domain(url), str)
        assert is_address(url) in (True, False)


def test_what_is_no_address_leads_nowhere() -> None:
    assert not is_address("https://[your-domain].com")
    assert not is_address("mailto:a@b.com")
    assert not is_address("https://")
    assert not is_address("file://")
    assert is_address("urn:netnew:csv:acme")
    assert is_address("file:///home/me/pages/acme.docx")
