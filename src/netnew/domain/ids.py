"""Ids with their kind.

A run and a candidate each have one uuid4. We write it `run_<hex>` and `cand_<hex>`; other dialects
write the same uuid in their own way, and every interface accepts every form.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import NewType
from uuid import UUID

from netnew.domain.errors import InvalidInput

RunId = NewType("RunId", str)
CandidateId = NewType("CandidateId", str)
SnapshotId = NewType("SnapshotId", str)
WorkspaceId = NewType("WorkspaceId", str)

LOCAL_WORKSPACE = WorkspaceId("local")

_HEX = re.compile(r"^[0-9a-f]{32}$")
_RUN_PREFIXES = ("run_", "findall_", "fa-")
_CANDIDATE_PREFIXES = ("cand_", "candidate_")


def run_id(uuid: UUID) -> RunId:
    return RunId(f"run_{uuid.hex}")


def candidate_id(uuid: UUID) -> CandidateId:
    return CandidateId(f"cand_{uuid.hex}")


def candidate_id_for(run: RunId, key: str) -> CandidateId:
    """The id of the candidate that `run` first found under the identity key `key`.

    It is derived from the two, so that a replayed run gives its candidates the same ids. It is
    122 bits of a hash in the form of a uuid4, which every interface expects."""
    digest = blake2b(f"{run}\0{key}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return candidate_id(UUID(bytes=digest, version=4))


def run_id_from(text: str) -> RunId:
    """The run id meant by `text`, in any dialect's form (`run_`, `findall_`, `fa-`, a bare uuid).

    Raises InvalidInput if `text` contains no uuid.
    """
    return RunId(f"run_{_hex_of(text, _RUN_PREFIXES, 'run id', 'run_<32 hex digits>')}")


def candidate_id_from(text: str) -> CandidateId:
    """The candidate id meant by `text`, in any dialect's form (`cand_`, `candidate_`, a bare
    uuid)."""
    return CandidateId(
        f"cand_{_hex_of(text, _CANDIDATE_PREFIXES, 'candidate id', 'cand_<32 hex digits>')}"
    )


def _hex_of(text: str, prefixes: tuple[str, ...], field: str, allowed: str) -> str:
    bare = text.strip().lower()
    for prefix in prefixes:
        bare = bare.removeprefix(prefix)
    bare = bare.replace("-", "")
    if not _HEX.match(bare):
        raise InvalidInput(field, f"{text!r} is not one", allowed)
    return bare
