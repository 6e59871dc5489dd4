import pytest

from benchmarks import planted


@pytest.fixture(scope="session")
def detailed():
    """Photographs with enough in them to be compared."""
    enough = planted.detailed(planted.photographs())
    assert len(enough) >= 12
    return enough
