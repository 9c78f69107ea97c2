"""The most recently used values."""

from __future__ import annotations

from netnew.store.lru_cache import LruCache


def test_the_value_not_used_for_longest_goes_first() -> None:
    recent: LruCache[str, int] = LruCache(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)


def test_nothing_is_kept_where_there_is_no_room() -> None:
    recent: LruCache[str, int] = LruCache(0)
    recent.put("a", 1)
    assert recent.get("a") is None
