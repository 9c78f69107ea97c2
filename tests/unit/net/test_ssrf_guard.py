"""Which addresses are refused, however they are written."""

from __future__ import annotations

import pytest

from netnew.domain.errors import AddressRefused
from netnew.net.ssrf_guard import AddressGuard


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://0/",
        "http://99999999999/",
        "http://10.0.0.1:8080/",
        "http://172.16.9.9/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://224.0.0.1/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://[ff02::1]/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://a.localhost/",
        "http://printer.local/",
        "http://metadata.google.internal/",
        "http://127.0.0.1.:80/",
        "http://１２７.0.0.1/",
        "http://127。0。0。1/",
        "http://0x7f.1/",
        "http://0300.0250.1.1/",
        "http://192.168.257/",
        "http://[::127.0.0.1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::ffff:0:127.0.0.1]/",
        "http://[64:ff9b:1::7f00:1]/",
        "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
        "http://[fec0::1]/",
        "http://[fe80::1%25eth0]/",
        "http://192.0.0.192/",
        "http://198.18.0.1/",
        "http://100.100.100.200/latest/meta-data/",
        "http://a.example:22/",
        "http://a.example:6379/",
        "https://a.example:25/",
        "http://a.example:0/",
        "http://a.example:99999/",
        "http://a.example:-1/",
        "http://a.example@127.0.0.1/",
        "http://127.0.0.1\\@a.example/",
        "http://a.example\r\nX: y/",
        "ftp://a.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "urn:netnew:x:y",
        "http://user:pass@a.example/",
        "http://user@a.example/",
        "http:///x",
        "http://[",
        "http://a_b c.example/",
        "http://a..b/",
        "http://",
        "a.example",
        "",
        "http://a.example/" + "x" * 5_000,
    ],
)
def test_what_is_no_public_web_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        AddressGuard().checked_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/",
        "https://a.example:8443/x?y=z#frag",
        "https://93.184.215.14/",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
        "https://bücher.example/straße",
        "https://1.a.example/",
        "http://a.example:8080/",
        "http://a.example./",
    ],
)
def test_public_addresses_pass(url: str) -> None:
    assert "#" not in str(AddressGuard().checked_url(url))


@pytest.mark.parametrize("url", ["http://127.0.0.1:80/", "http://localhost/", "http://10.0.0.1/"])
def test_a_setting_allows_private_addresses(url: str) -> None:
    AddressGuard(allow_private=True).checked_url(url)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://user:pass@127.0.0.1/"])
def test_no_setting_allows_other_schemes_or_credentials(url: str) -> None:
    with pytest.raises(AddressRefused):
        AddressGuard(allow_private=True).checked_url(url)
