"""Domain values as JSON: nothing is lost, little is written, old and broken rows are told apart."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from netnew.db.tables import Instant
from netnew.domain.candidate import Candidate, Identity
from netnew.domain.errors import StoreDamaged
from netnew.domain.event import Event
from netnew.domain.ids import CandidateId, RunId
from netnew.domain.page import Snapshot
from netnew.domain.run import Estimate, Run
from netnew.store.compression import compress, decompress
from netnew.store.page_rows import Content, Visit
from netnew.store.row_codec import FORMAT, Codec, batched, hashed
from netnew.store.run_rows import RunProgress

CANDIDATE = Candidate(
    CandidateId("cand_1"), RunId("run_1"), Identity("k", frozenset({"k"}), ("A",)), "A", "urn:a"
)
CODEC = Codec(Candidate)
no_deadline = settings(deadline=None)  # a busy machine is no failure
ANY_TEXT = st.text(st.characters(codec=None))
"""Lone surrogates too: a page's JSON may escape them."""


def names(type_: type) -> set[str]:
    return {field.name for field in fields(type_)}


def test_fields_with_their_default_are_not_written() -> None:
    assert json.loads(CODEC.dump(CANDIDATE)).keys() == {"id", "run_id", "identity", "name", "url"}


@no_deadline
@given(ANY_TEXT)
def test_text_keeps_its_length_and_all_but_lone_surrogates(text: str) -> None:
    kept = CODEC.unpack(CODEC.pack(replace(CANDIDATE, description=text)), FORMAT).description
    assert len(kept) == len(text)
    assert all(
        new == (old if not 0xD800 <= ord(old) <= 0xDFFF else "\ufffd")
        for old, new in zip(text, kept, strict=True)
    )


@no_deadline
@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_numbers_come_back_exactly_the_infinite_too(low: float, high: float) -> None:
    estimate = Estimate(1.0, low, high, 0.5)
    codec = Codec(Estimate)
    assert codec.load(codec.dump(estimate), FORMAT) == estimate


def test_a_row_with_a_field_that_is_gone_is_still_read() -> None:
    old = json.loads(CODEC.dump(CANDIDATE)) | {"of_former_times": 1}
    assert CODEC.load(json.dumps(old), FORMAT) == CANDIDATE


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '{"id": "cand_1"}'])
def test_a_row_that_makes_no_sense_is_damage(text: str) -> None:
    with pytest.raises(StoreDamaged, match="Candidate"):
        CODEC.load(text, FORMAT)


def test_a_row_of_a_later_format_is_refused() -> None:
    with pytest.raises(StoreDamaged, match="newer version"):
        CODEC.load(CODEC.dump(CANDIDATE), FORMAT + 1)


def test_every_field_of_a_snapshot_is_kept_in_one_place() -> None:
    columns = {"id", "url", "fetched_at"}
    assert names(Content) | names(Visit) | columns == names(Snapshot)
    assert not names(Content) & names(Visit)


def test_every_field_of_a_run_is_kept() -> None:
    columns = {"id", "workspace_id", "spec", "status", "created_at", "generation"}
    of_the_store = {"last_seq", "revision", "epoch", "takeovers", "stop_requested", "worker_id"}
    assert names(RunProgress) | columns | of_the_store == names(Run)


def test_every_field_of_an_event_has_a_column() -> None:
    assert names(Event) == {"run_id", "seq", "at", "body"}


@no_deadline
@given(st.binary(max_size=2000), st.integers(1, 5))
def test_bytes_are_unpacked_as_they_were_packed(content: bytes, times: int) -> None:
    content *= times
    assert decompress(compress(content)) == content
    assert len(compress(content)) <= len(content) + 1


@pytest.mark.parametrize("packed", [b"", b"\x09abc", b"\x01abc"])
def test_bytes_packed_in_no_known_way_are_damage(packed: bytes) -> None:
    with pytest.raises(StoreDamaged):
        decompress(packed)


@no_deadline
@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])))
def test_instants_are_kept_to_the_microsecond(at: datetime) -> None:
    dialect = SQLiteDialect_pysqlite()
    number = Instant().process_bind_param(at, dialect)
    assert Instant().process_result_value(number, dialect) == at


@no_deadline
@given(st.lists(ANY_TEXT, max_size=4), st.lists(ANY_TEXT, max_size=4))
def test_a_hash_stands_for_its_parts_and_where_they_end(a: list[str], b: list[str]) -> None:
    assert (hashed(*a) == hashed(*b)) == (a == b)


@no_deadline
@given(st.lists(st.text(max_size=2)), st.integers(1, 7))
def test_batches_are_the_whole_in_order(values: list[str], most: int) -> None:
    parts = list(batched(values, most))
    assert [value for part in parts for value in part] == values
    assert all(0 < len(part) <= most for part in parts)
