"""Small plans of generated photographs."""

from __future__ import annotations

import pytest

from chrysalis.config.specimens import Specimens
from chrysalis.data.specimens.plan import Plan, plan

PLANTED = {
    "near_duplicates": 7,
    "wrong_labels": 5,
    "look_alikes": 1,
    "betrayed_species": 2,
    "noisy_species": 1,
    "bursts": 3,
}


def settings(**changes) -> Specimens:
    base = {"kind": "specimens", "species": 6, "images": 16, "size": 32, "planted": PLANTED}
    return Specimens.model_validate(base | changes)


@pytest.fixture(scope="session")
def planned() -> Plan:
    return plan(settings())
