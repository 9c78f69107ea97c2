"""What an exclude list of a million entries costs a run.

    python -m benchmarks.exclude [--entries N] [--candidates N] [--times N]

The same run (`benchmarks.growth`) with and without the list, each in a process of its own and in
turns; the quickest of each counts. The list is read from its bytes, as a run reads it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.growth import peak_mb, walk
from netnew.domain.run import ExcludeList
from netnew.engine.resolution.exclusions import Exclusions
from netnew.gc_threshold import raise_gc_threshold
from netnew.store.store import open_store


@dataclass(frozen=True, slots=True)
class Measured:
    """A run: seconds of processor, seconds to read the list, and the most memory held, in MB."""

    run_s: float
    read_s: float
    peak_mb: float


async def one(kept: bytes, candidates: int) -> Measured:
    began = time.process_time()
    exclusions = Exclusions.from_bytes(kept)
    read_s = time.process_time() - began
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(f"sqlite:///{Path(folder) / 'netnew.db'}") as store:
            walked = await walk(store, candidates, exclusions)
    return Measured(walked.spent.all, read_s, peak_mb())


def in_own_process(kept: Path | None, candidates: int) -> Measured:
    asked = ["--one", "" if kept is None else str(kept), "--candidates", str(candidates)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.exclude", *asked],
        check=True,
        capture_output=True,
        text=True,
    )
    return Measured(*map(float, done.stdout.split()))


def main(entries: int, candidates: int, times: int) -> None:
    rng = random.Random(1)
    exclusions = Exclusions(rng.getrandbits(64) for _ in range(entries))
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "excluded"
        kept.write_bytes(exclusions.to_bytes())
        both = [
            (in_own_process(None, candidates), in_own_process(kept, candidates))
            for _ in range(times)
        ]
    without, with_ = (min(runs, key=lambda m: m.run_s) for runs in zip(*both, strict=True))
    print(
        f"| {candidates:,} candidates, µs of processor each | without | with {entries:,} | ratio |"
    )
    print("| --- | --- | --- | --- |")
    a, b = (1e6 * m.run_s / candidates for m in (without, with_))
    print(f"| the run | {a:,.0f} | {b:,.0f} | {b / a:.2f} |")
    a, b = (min(run[i].peak_mb for run in both) for i in (0, 1))
    print(f"| peak memory, MB | {a:,.0f} | {b:,.0f} | +{b - a:,.0f} MB |")
    print(f"| reading the list, ms | | {1e3 * with_.read_s:,.0f} | |")
    urls = tuple(f"https://listed-{i}.example/about" for i in range(20_000))
    began = time.process_time()
    Exclusions.of(ExcludeList(urls=urls))
    each = (time.process_time() - began) / len(urls)
    print(f"| making it of addresses, µs each | | {1e6 * each:,.1f} | |")


if __name__ == "__main__":
    raise_gc_threshold()
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--candidates", type=int, default=3_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is None:
        main(given.entries, given.candidates, given.times)
    else:
        list_ = Path(given.one).read_bytes() if given.one else b""
        found = asyncio.run(one(list_, given.candidates))
        print(found.run_s, found.read_s, found.peak_mb)
