"""Pages in old and in wrongly named charsets come out as they were written."""

from __future__ import annotations

import codecs

import pytest

from netnew.pages.fetching.charset import decoded

JAPANESE = "会社概要 株式会社アクメは東京都に本社を置くロボットメーカーです。従業員数は十二名です。"
CHINESE = "公司简介 北京阿克米科技有限公司成立于二零一二年，总部位于北京，主要生产港口起重机。"
RUSSIAN = "О компании. Акме выпускает портовые краны с 1921 года. Головной офис находится в Москве."
POLISH = "O firmie. Spółka została założona w Łodzi; zajmuje się żurawiami portowymi, też łódźmi."
GERMAN = "Über uns. Die Acme GmbH baut Hafenkräne. Hauptsitz: Köln, Große Straße 5."
CASES = [
    (JAPANESE, "shift_jis"),
    (JAPANESE, "euc-jp"),
    (CHINESE, "gb18030"),
    (CHINESE, "gb2312"),
    (CHINESE, "gbk"),
    (RUSSIAN, "windows-1251"),
    (RUSSIAN, "koi8-r"),
    (POLISH, "iso-8859-2"),
    (POLISH, "windows-1250"),
    (GERMAN, "iso-8859-1"),
    (GERMAN, "utf-8"),
    (RUSSIAN, "utf-8"),
]


def page(text: str, said: str | None) -> str:
    meta = f"<meta charset={said}>" if said else ""
    return f"<html><head>{meta}<title>Acme</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(("text", "charset"), CASES)
def test_a_page_is_read_in_the_charset_the_header_names(text: str, charset: str) -> None:
    assert decoded(page(text, None).encode(charset), charset) == page(text, None)


@pytest.mark.parametrize(("text", "charset"), CASES)
def test_a_page_is_read_in_the_charset_it_names_itself(text: str, charset: str) -> None:
    html = page(text, charset)
    assert decoded(html.encode(charset), None) == html


@pytest.mark.parametrize(("text", "charset"), CASES)
def test_a_header_that_says_utf8_of_all_pages_gives_way(text: str, charset: str) -> None:
    html = page(text, charset)
    assert decoded(html.encode(charset), "utf-8") == html


@pytest.mark.parametrize(("text", "charset"), CASES)
def test_bytes_that_are_utf8_are_that_whatever_they_are_called(text: str, charset: str) -> None:
    html = page(text, charset)
    assert decoded(html.encode("utf-8"), charset) == html
    assert decoded(html.encode("utf-8"), None) == html


@pytest.mark.parametrize(
    ("text", "charset"), [(RUSSIAN, "windows-1251"), (CHINESE, "gbk"), (JAPANESE, "shift_jis")]
)
def test_a_server_that_calls_all_pages_latin_is_not_believed_against_the_page(
    text: str, charset: str
) -> None:
    html = page(text, charset)
    assert decoded(html.encode(charset), "iso-8859-1") == html


@pytest.mark.parametrize(
    ("text", "charset"),
    [(RUSSIAN, "windows-1251"), (CHINESE, "gb18030"), (JAPANESE, "shift_jis")],
)
def test_what_nobody_names_or_all_name_wrongly_is_detected(text: str, charset: str) -> None:
    for said in (None, "utf-8", "iso-8859-1"):
        html = page(text * 3, said)
        assert decoded(html.encode(charset), said) == html


def test_western_pages_that_name_nothing_are_read_as_browsers_do() -> None:
    assert decoded(page(GERMAN, None).encode("cp1252"), None) == page(GERMAN, None)
    quoted = "<p>“Smart” – and €5</p>"
    assert decoded(quoted.encode("cp1252"), "iso-8859-1") == quoted


@pytest.mark.parametrize(
    ("mark", "charset"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_a_byte_order_mark_is_right_whatever_is_said(mark: bytes, charset: str) -> None:
    html = page(RUSSIAN, "windows-1251")
    assert decoded(mark + html.encode(charset), "iso-8859-1") == html


def test_a_page_that_was_cut_or_has_a_stray_byte_is_still_utf8() -> None:
    body = page(RUSSIAN, None).encode()
    assert "Головной" in decoded(body[: body.index("Москве".encode()) + 1], None)
    assert "Головной" in decoded(body * 3 + b"\xff", "windows-1251")


def test_a_charset_that_is_none_is_passed_over() -> None:
    for said in ("x-unknown", "base64", "", '"utf-8"', "none"):
        assert decoded(GERMAN.encode(), said) == GERMAN


def test_a_page_that_calls_itself_utf16_in_plain_letters_is_not() -> None:
    html = page(RUSSIAN, "utf-16")
    assert decoded(html.encode(), None) == html
