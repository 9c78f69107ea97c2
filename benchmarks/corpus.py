"""How fast a corpus takes in pages, how much memory that takes, and how fast it answers.

    python -m benchmarks.corpus [--pages 100000] [--searches 500] [--words 400]

Writes a synthetic crawl dump (words drawn by Zipf's law, so that posting lists are as uneven as in
real text), adds it, adds it again, and asks questions of three to six words of all frequencies.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import resource
import tempfile
import time
from itertools import accumulate
from pathlib import Path

from netnew.sources.corpus.manager import CorpusManager

_VOCABULARY = 50_000


class _Words:
    """Draws words by rank, the rank-th most frequent with weight 1 / rank."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self._words = [
            "".join(self._random.choices(letters, k=self._random.randint(3, 10)))
            for _ in range(_VOCABULARY)
        ]
        self._weights = list(accumulate(1 / rank for rank in range(1, _VOCABULARY + 1)))

    def draw(self, count: int) -> list[str]:
        return self._random.choices(self._words, cum_weights=self._weights, k=count)


def _write_dump(path: Path, pages: int, words: int) -> None:
    source = _Words(seed=1)
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as file:
        for number in range(pages):
            title = " ".join(source.draw(6))
            text = "</p>\n<p>".join(" ".join(source.draw(40)) for _ in range(words // 40))
            html = f"<html><head><title>{title}</title></head><body><p>{text}</p></body></html>"
            row = {"url": f"https://host{number % 9973}.example/{number}", "status": 200}
            file.write(json.dumps({**row, "title": title, "html": html}) + "\n")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _measure(folder: Path, pages: int, searches: int, words: int) -> dict[str, float]:
    dump = folder / "dump.jsonl.gz"
    _write_dump(dump, pages, words)
    found: dict[str, float] = {"pages": pages, "rss_before_mb": _peak_mb()}
    corpora = CorpusManager(folder)
    for name in ("add", "add_again"):
        started = time.perf_counter()
        await corpora.add("bench", [dump])
        found[f"{name}_pages_per_s"] = pages / (time.perf_counter() - started)
    found["rss_peak_mb"] = _peak_mb()
    found["disk_mb"] = (await corpora.corpora())[0].size_bytes / 2**20
    store = await corpora.open("bench")
    asked = _Words(seed=2)
    asked._words = _Words(seed=1)._words
    times = []
    for number in range(searches):
        query = " ".join(asked.draw(3 + number % 4))
        started = time.perf_counter()
        await asyncio.to_thread(store.search, query, 1)
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    found["search_p50_ms"] = times[len(times) // 2]
    found["search_p95_ms"] = times[len(times) * 95 // 100]
    store.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--searches", type=int, default=500)
    parser.add_argument("--words", type=int, default=400)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(_measure(Path(folder), asked.pages, asked.searches, asked.words))
    for name, value in found.items():
        print(f"{name:>20} {value:12.1f}")


if __name__ == "__main__":
    main()
