"""Hand-made run folders."""

from tests.runs import write_run  # noqa: F401
