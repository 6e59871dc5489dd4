"""Write docs/reliability.md."""

from tests.reliability.catalogue import PAGE, load, page

if __name__ == "__main__":
    load()
    PAGE.write_text(page(), encoding="utf-8")
