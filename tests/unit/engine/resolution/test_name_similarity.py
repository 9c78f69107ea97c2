from __future__ import annotations

import pytest

from netnew.engine.resolution.name_similarity import ALIKE, name_similarity
from netnew.text.name_keys import name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kettle Inc.", "KETTLE"),
        ("Blue Kettle", "BlueKettle GmbH"),
        ("Blue-Kettle", "Blue Kettle"),
        ("Blue Kettle", "Blue Kettles"),
        ("Blue Kettle", "Kettle, Blue"),
        ("Blue Kettle", "Blue Kettle Berlin"),
        ("Müller Kesselbau", "Muller Kesselbau"),
        ("Cafe Nord 21", "Café Nord 21"),
        ("Kettleworks", "Kettlework"),
    ],
)
def test_names_that_may_be_one(one: str, other: str) -> None:
    assert name_similarity(name_key(one), name_key(other)) >= ALIKE
    assert name_similarity(name_key(other), name_key(one)) >= ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kettle 11", "Kettle 12"),
        ("Model 3", "Model"),
        ("Acme", "Acme Kettle"),
        ("Acme Kettle", "Acme Pot"),
        ("Academy of Arts Bremen", "Academy of Arts Dresden"),
        ("Blue Kettle", "Blue Kettle Berlin Repair Shop"),
        ("Atlas", "Altos"),
        ("", "Kettle"),
    ],
)
def test_names_that_are_two(one: str, other: str) -> None:
    assert name_similarity(name_key(one), name_key(other)) < ALIKE
    assert name_similarity(name_key(other), name_key(one)) < ALIKE
