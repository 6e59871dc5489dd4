"""`chrysalis predict`: from photographs to answers."""

from __future__ import annotations

import io
import itertools
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import Progress

from chrysalis.command import networks, output, photographs
from chrysalis.command.answers import Answer, Answerer
from chrysalis.command.judged import Judged, judge
from chrysalis.command.maps import Page
from chrysalis.command.neighbours import Neighbours
from chrysalis.command.networks import Chosen
from chrysalis.command.output import Counts
from chrysalis.engine.devices import device
from chrysalis.errors import UserError


def predict(
    what: Sequence[str], choice: tuple[str | None, str], form: str, page: Path | None
) -> Counts:
    """Print the answers as "table", "csv" or "json", and write a page if one is asked for.

    `choice` is the model and the seeds (see `networks.choose`). What network answers, and a bar of
    progress, go to stderr.

    Raises:
        UserError: the network or a photograph is not to be found, or the page's folder is in use.
    """
    source, places = split(what)
    paths = photographs.find(places)
    chosen = networks.choose(source, *choice)
    neighbours = Neighbours.of(chosen)
    judged = judge(chosen)
    if neighbours:
        judged = neighbours.judged(judged)
    introduction = output.introduction(chosen, judged)
    print(introduction, file=sys.stderr)
    counts = Counts()
    with ExitStack() as stack:
        answerer = Answerer(chosen, judged, stack.enter_context(device()), neighbours)
        pictures = photographs.read_all(paths, answerer.size, answerer.side)
        batches: Iterator[list[Answer]] = map(answerer.answer, pictures)
        if page:
            batches = stack.enter_context(Page(page, answerer, introduction)).show(batches)
        batches = _with_bar(batches, len(paths), stack)
        answers = counts(itertools.chain.from_iterable(batches))
        out = stack.enter_context(_Held()) if sys.stdout.isatty() else sys.stdout
        _write(answers, (chosen, judged), form, [photographs.shown(path) for path in paths], out)
    print(counts, file=sys.stderr)
    return counts


def split(what: Sequence[str]) -> tuple[str | None, list[Path]]:
    """The study or network, None if it is left out, and the photographs.

    Raises:
        UserError: no photographs are named.
    """
    source = what[0] if networks.is_source(what[0]) else None
    places = [Path(each) for each in what[source is not None :]]
    if not places:
        raise UserError(f"{source}: name the photographs to look at, or a folder of them")
    if source is None and len(places) > 1 and not places[0].exists():
        raise UserError(
            f"'{what[0]}': no finished study, no trained network and no photograph; studies in "
            f"{networks.RESULTS}/: {', '.join(networks.studies()) or 'none'}"
        )
    return source, places


def _write(
    answers: Iterator[Answer],
    network: tuple[Chosen, Judged],
    form: str,
    names: list[str],
    out: TextIO,
) -> None:
    chosen, judged = network
    if form == "csv":
        output.as_csv(answers, judged, out)
    elif form == "json":
        output.as_json(answers, chosen, judged, out)
    else:
        output.as_table(answers, judged, names, out)


def _with_bar(
    batches: Iterator[list[Answer]], total: int, stack: ExitStack
) -> Iterator[list[Answer]]:
    console = Console(stderr=True)
    bar = Progress(console=console, transient=True, disable=not console.is_terminal)
    stack.enter_context(bar)
    task = bar.add_task("Looking at photographs", total=total)
    for batch in batches:
        bar.advance(task, len(batch))
        yield batch


class _Held(io.StringIO):
    """Text for a terminal, printed when the bar of progress is gone."""

    def __exit__(self, *error: object) -> None:
        sys.stdout.write(self.getvalue())
