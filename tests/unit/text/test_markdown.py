"""Markdown may be rendered from any number of threads."""

from __future__ import annotations

import subprocess
import sys

_MANY_THREADS = """
import sys, threading
sys.setswitchinterval(1e-6)
import mdurl._encode
from netnew.text.markdown import _parser, render_markdown

TEXT = "[one](https://example.org/a b) and [two](<https://example.org/ä>) ~~x~~"
wrong = []

def render(start):
    start.wait()
    try:
        html = render_markdown(TEXT)
    except Exception as error:
        wrong.append(repr(error))
        return
    if html.count("<a ") != 1 or "<s>" not in html:
        wrong.append(html)

for _ in range(200):
    # As in a process that has rendered nothing yet.
    mdurl._encode.encode_cache.clear()
    _parser.cache_clear()
    start = threading.Barrier(4)
    threads = [threading.Thread(target=render, args=(start,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print(len(wrong), wrong[:3])
"""


def test_first_uses_in_several_threads_do_not_meet() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _MANY_THREADS], capture_output=True, text=True, check=True
    )
    assert done.stdout == "0 []\n"
