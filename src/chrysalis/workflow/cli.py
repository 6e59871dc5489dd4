"""What all scripts share: a log file, and one clear message for bad input."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from chrysalis.errors import UserError
from chrysalis.workflow.faults import explain

log = logging.getLogger("chrysalis")


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser for a script, with the option that every script has."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--log", type=Path, help="file for the job's full log")
    return made


def run(work: Callable[[argparse.Namespace], None], arguments: argparse.ArgumentParser) -> None:
    """Parse the command line and do `work`, logging to the terminal and, in full, to --log.

    A `UserError` ends the script with status 1 and its message, and so does a fault of the machine,
    whose traceback is in the log alone; any other error with a traceback.
    Of several processes under torchrun only the first logs, but each tells of its failure.
    """
    parsed = arguments.parse_args()
    try:
        _start_logging(parsed.log)
        work(parsed)
    except UserError as error:
        logging.error("%s", error)
        sys.exit(1)
    except Exception as error:
        if said := explain(error):
            log.debug("%s failed", Path(sys.argv[0]).name, exc_info=True)
            logging.error("%s", said)
        else:
            logging.exception("%s failed", Path(sys.argv[0]).name)
        sys.exit(1)


def _start_logging(path: Path | None) -> None:
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.INFO)
    terminal.setFormatter(logging.Formatter("%(message)s"))
    handlers: list[logging.Handler] = [terminal]
    if int(os.environ.get("RANK", 0)) > 0:
        terminal.setLevel(logging.ERROR)
    elif path:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = logging.FileHandler(path, mode="w", encoding="utf-8")
        file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        handlers.append(file)
    logging.basicConfig(level=logging.INFO, handlers=handlers, force=True)
    logging.getLogger("chrysalis").setLevel(logging.DEBUG)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a log that cannot be written, on a full disk, stops no job
