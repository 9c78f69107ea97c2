"""Text that no reader sees is no evidence, however it is hidden; what is shown again stays."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netnew.domain.page import RawPage
from netnew.pages.extraction.extract import extract

SECRET = "Sightings of zebras are confirmed here"
SHOWN = "Visitors are welcome on all days"

INLINE = (
    "display:none", "DISPLAY : none !important", "visibility:hidden", "visibility: collapse",
    "opacity:0", "opacity:.01", "opacity: 2%", "font-size:0", "font-size:1px", "font-size: 0.05em",
    "font:1px/1 serif", "color:#fff", "color:white;background:#fefefe", "color:transparent",
    "color:rgba(0,0,0,0)", "color:rgb(0 0 0 / 0%)", "color:hsla(0,0%,0%,.02)", "color:#00000005",
    "-webkit-text-fill-color:transparent", "background:#123456;color:#133557",
    "position:absolute;left:-9999px", "position:fixed;top:-200em", "margin-left:-5000px",
    "position:absolute;left:9999px", "text-indent:-9999px", "text-indent:-100em",
    "clip:rect(0,0,0,0);position:absolute", "clip:rect(1px 1px 1px 1px);position:absolute",
    "clip-path:inset(100%)", "clip-path:circle(0)", "clip-path:polygon(0 0,0 0,0 0)",
    "height:0;overflow:hidden", "max-height:0;overflow:clip", "width:1px;overflow-x:hidden",
    "transform:scale(0)", "transform:translateX(-9999px)", "scale:0", "zoom:0.01",
    "filter:opacity(0)", "z-index:-1;position:absolute", "content-visibility:hidden",
)  # fmt: skip
SEEN = (
    "display:block", "visibility:visible", "opacity:.8", "font-size:11px", "color:#000",
    "color:#fff;background:#000", "color:#fff;background:url(x.png)", "color:#fff;background:navy",
    "position:absolute;left:0", "text-indent:2em", "max-height:0", "transform:scale(1.2)",
    "background:linear-gradient(red,blue);-webkit-background-clip:text;color:transparent",
    "margin-left:-15px", "width:0", "z-index:-1", "transform:translate(-50%,-50%)",
    "background-image:url(data:image/png;base64,AAAA);color:#fff",
)  # fmt: skip


def text_of(html: str) -> str:
    body = f"<html><body><p>{SHOWN}</p>{html}</body></html>"
    raw = RawPage(
        "https://a.test/", "https://a.test/", 200, body.encode(), "text/html", datetime.now(UTC)
    )
    text = "\n".join(s.text for s in extract(raw).segments)
    assert SHOWN in text
    return text


@pytest.mark.parametrize("style", INLINE)
def test_what_an_inline_style_hides(style: str) -> None:
    assert SECRET not in text_of(f'<p style="{style}">{SECRET}</p>')
    assert SECRET not in text_of(f'<div style="{style}"><ul><li>{SECRET}</li></ul></div>')
    assert SECRET not in text_of(f'<p>Come in. <span style="{style}">{SECRET}</span></p>')


@pytest.mark.parametrize("style", SEEN)
def test_what_an_inline_style_shows(style: str) -> None:
    assert SECRET in text_of(f'<p style="{style}">{SECRET}</p>')


@pytest.mark.parametrize("style", INLINE)
@pytest.mark.parametrize(
    "selector", ["p.x", ".x", "#y", "main p", "main > .x", "p.x:not(.z)", "[data-q=w]", "h9,p.x"]
)
def test_what_a_style_sheet_hides(style: str, selector: str) -> None:
    sheet = f"<style>/* {{ */ .other{{color:red}} {selector}{{{style}}} </style>"
    page = f'{sheet}<main><div><p class="a x" id="y" data-q="w">{SECRET}</p></div></main>'
    assert (SECRET in text_of(page)) is (selector == "main > .x")


@pytest.mark.parametrize(
    "sheet",
    [
        ".x{display:none} p.x{display:block}",
        ".x{display:none} .x{display:block}",
        "@media print{.x{display:none}}",
        "@media (max-width:600px){.x{display:none}}",
        "@media screen and (min-width:2000px){.x{display:none}}",
        ".x:hover{display:none}",
        ".x::after{display:none}",
        ".y .x{display:none}",
        "#u{display:none}",
        ".x{display:block!important} p.x{display:none}",
        "main{font-size:0} p{font-size:16px}",
        "main{visibility:hidden} .x{visibility:visible}",
        "main{color:#fff} .x{color:#222}",
        ":root{--ink:#111} .x{color:var(--ink)}",
    ],
)
def test_what_a_style_sheet_shows(sheet: str) -> None:
    assert SECRET in text_of(f'<style>{sheet}</style><main><p class="x">{SECRET}</p></main>')


@pytest.mark.parametrize(
    "page",
    [
        f"<style>:root{{--a:none}} .x{{display:var(--a)}}</style><p class=x>{SECRET}</p>",
        f"<style>@media screen{{.x{{display:none}}}}</style><p class=x>{SECRET}</p>",
        f"<style>.a{{font-size:.4em}}</style><p class=a><b class=a>{SECRET}</b></p>",
        f'<body bgcolor="#112233"><font color="#112233">{SECRET}</font>',
        f"<p hidden>{SECRET}</p>",
        f"<dialog>{SECRET}</dialog>",
        f"<div popover>{SECRET}</div>",
        f"<noscript>{SECRET}</noscript>",
        f"<template>{SECRET}</template>",
        f"<noframes>{SECRET}</noframes>",
        f"<!-- {SECRET} -->",
        f'<img src="/x.png" alt="{SECRET}">',
        f'<p aria-hidden="true" style="opacity:0">{SECRET}</p>',
        f'<p style="{"x:y;" * 3000}opacity:0">{SECRET}</p>',
        f'<dl><dt>Zoo</dt><dd style="font-size:0">{SECRET}</dd></dl>',
        f'<table><tr><th>Zoo</th><td><i style="opacity:0">{SECRET}</i></td></tr></table>',
    ],
)
def test_other_ways_to_hide(page: str) -> None:
    assert SECRET not in text_of(page)


def test_a_page_of_too_many_rules_is_left_unread() -> None:
    rules = "".join(f"*[a{n}]{{opacity:0}}" for n in range(3_000))
    many = f"<p>{SECRET}</p>" * 2_000
    body = f"<html><style>{rules}</style><body>{many}</body></html>".encode()
    raw = RawPage("https://a.test/", "https://a.test/", 200, body, "text/html", datetime.now(UTC))
    assert len(extract(raw).segments) < 400
