"""What on a page is not about its subject: navigation, footers, banners, share buttons."""

from __future__ import annotations

from netnew.pages.extraction.bot_walls import asks_for_consent
from netnew.pages.extraction.element import Element
from netnew.pages.extraction.inline import text_of
from netnew.pages.extraction.whitespace import words

_ROLES = words("navigation contentinfo search menu menubar toolbar dialog alertdialog tablist")
_DIALOGS = words("dialog alertdialog")
_NOTICE_WORDS = words("cookie cookies consent gdpr ccpa onetrust cookiebot didomi")
_MENU_WORDS = words(
    "nav navbar navigation menu footer sidebar breadcrumb breadcrumbs crumb crumbs toolbar "
    "topbar pagination pager paginator share sharing social skip skiplink newsletter "
    "subscribe offcanvas hamburger copyright"
)
_MAX_NOTICE_CHARS = 2_500
_MENU_LINK_SHARE = 0.5
_SHORT = 300


def is_boilerplate(element: Element, page_chars: int) -> bool:
    """Whether `element` starts a part of the page that is not its content.

    A part that holds the page's h1, its <main> or more than half of its text is content whatever
    it is called: class names of wrappers name what they hold too ('with-sidebar').
    """
    tag = element.tag
    if tag in ("html", "body", "main", "article", "a", "span", "b", "strong", "em", "td", "th"):
        return False
    if tag == "nav":
        return True
    if element.has_h1 or tag == "h1":
        return False
    if tag == "footer":
        return not _inside(element, ("article", "blockquote"))
    role = element.get("role").lower()
    if role in _ROLES:
        return _is_minor(element, page_chars) or (role in _DIALOGS and _is_banner(element))
    if tag == "aside":
        return _is_menu(element)
    if tag == "header":
        return not _inside(element, ("main", "article", "section")) and _is_site_header(element)
    named = element.class_words()
    if not named:
        return False
    if named & _NOTICE_WORDS and element.text_len <= _MAX_NOTICE_CHARS:
        # 'cookies' may be what a bakery sells.
        return element.text_len * 2 <= page_chars or _is_banner(element)
    if named & _MENU_WORDS:
        return _is_minor(element, page_chars) and (_is_menu(element) or "footer" in named)
    return False


def _is_minor(element: Element, page_chars: int) -> bool:
    return element.text_len * 2 <= page_chars or page_chars < _SHORT


def _is_banner(element: Element) -> bool:
    """Asks for consent, be it longer than a short page's own text."""
    return element.text_len <= _MAX_NOTICE_CHARS and asks_for_consent(text_of(element))


def _is_menu(element: Element) -> bool:
    """Mostly links, or very little text; a box of facts is neither."""
    if _holds(element, ("table", "dl")):
        return False
    return element.link_len >= _MENU_LINK_SHARE * element.text_len or (
        element.text_len < _SHORT and not _holds(element, ("p", "h2", "h3"))
    )


def _is_site_header(element: Element) -> bool:
    return not _holds(element, ("h1", "h2", "p", "dl", "table"))


def _inside(element: Element, tags: tuple[str, ...]) -> bool:
    parent = element.parent
    while parent is not None:
        if parent.tag in tags:
            return True
        parent = parent.parent
    return False


def _holds(element: Element, tags: tuple[str, ...]) -> bool:
    stack = list(element.elements)
    while stack:
        found = stack.pop()
        if found.tag in tags:
            return True
        stack.extend(found.elements)
    return False
