"""Write docs/reliability.md."""

from tests.reliability import faults, inputs, studies  # noqa: F401 # they register themselves
from tests.reliability.catalogue import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
