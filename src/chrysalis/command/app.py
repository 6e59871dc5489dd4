"""The command line of `chrysalis`. Each command imports what it needs, so `--help` is quick."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from chrysalis.errors import UserError

SOME_UNREAD = 3  # exit status where photographs were skipped

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)

Model = Annotated[
    str | None, typer.Option(help="Only networks of this model, such as resnet18_small.")
]


@app.callback()
def _commands() -> None:
    """Use what a Chrysalis study has found: predict, export, compare, and more."""


def main() -> None:
    """Run the command; an error that the user can mend ends it with status 1 and one message."""
    if os.name == "nt":
        sys.exit("Chrysalis runs on Linux and macOS. On Windows, use it inside WSL 2.")
    from chrysalis.workflow.faults import explain

    try:
        app()
    except UserError as error:
        sys.exit(f"chrysalis: {error}")
    except BrokenPipeError:  # the reader of the output, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if said := explain(error):
            sys.exit(f"chrysalis: {said}")
        raise


@app.command(no_args_is_help=True)
def predict(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="[STUDY|MODEL] PHOTOS...",
            help="A study's name in results/ or its folder, or the folder of a run or a training; "
            "left out where there is just one study. Then photographs, or folders of them.",
        ),
    ],
    model: Model = None,
    seeds: Annotated[
        str, typer.Option(help="all: the run's trainings answer together; best by val; or a seed.")
    ] = "all",
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, with all probabilities.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    page: Annotated[
        Path | None, typer.Option(help="Write a page with maps into this new folder.")
    ] = None,
) -> None:
    """Say what is on photographs, with the best network of a study.

    The best by validation, never by test. Probabilities are calibrated on val. "unknown" means:
    less like the study's images than 95 % of val. Exit status 3: some files could not be read.
    """
    from chrysalis.command import predicting

    if csv and json:
        raise UserError("choose --csv or --json, not both")
    form = "csv" if csv else "json" if json else "table"
    if predicting.predict(what, (model, seeds), form, page).unread:
        raise typer.Exit(SOME_UNREAD)


@app.command()
def export(
    source: Annotated[
        str | None,
        typer.Argument(metavar="[STUDY|MODEL]", help="As in predict."),
    ] = None,
    model: Model = None,
    seeds: Annotated[str, typer.Option(help="best by val, or a seed.")] = "best",
    output: Annotated[
        Path | None, typer.Option(help="A new folder; left out: exported/<run>-seed<n>.")
    ] = None,
) -> None:
    """Write a network as ONNX and safetensors, with a card and a program to run it alone."""
    from chrysalis.command import exporting

    print(exporting.export(source, model, seeds, output))


@app.command()
def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A study, by name or folder.")],
    second: Annotated[str, typer.Argument(metavar="B", help="The study to compare with it.")],
) -> None:
    """Say what differs between two studies, and whether it matters for the models of both."""
    from chrysalis.command import comparing

    print(comparing.compare_studies(first, second))


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="NAME", help="The folder to make.")],
    photographs: Annotated[
        Path | None,
        typer.Argument(metavar="[PHOTOS]", help="Your images: a folder of class folders."),
    ] = None,
) -> None:
    """Make a study folder of your own, with its configuration, data, models and results."""
    from chrysalis.command import studyfolder

    print(studyfolder.new(folder, photographs))


SettingsGiven = Annotated[
    list[str] | None,
    typer.Argument(metavar="[KEY=VALUE]...", help="Settings, such as seeds=5 models=[mynet]."),
]
Cores = Annotated[int | None, typer.Option(min=1, help="Cores to use; left out: all.")]


@app.command()
def run(
    settings: SettingsGiven = None,
    cores: Cores = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list the jobs.")] = False,
) -> None:
    """Run the study of this folder; the same command goes on where it stopped."""
    from chrysalis.command import running

    more = ["--dry-run"] if dry_run else []
    raise typer.Exit(running.run("", settings or [], cores, more))


@app.command()
def plan(settings: SettingsGiven = None, cores: Cores = None) -> None:
    """Say how long the study of this folder takes, and which differences it can find."""
    from chrysalis.command import running

    raise typer.Exit(running.run("plan", settings or [], cores))


@app.command()
def doctor() -> None:
    """Say what this machine has, what that means for a study, and how to mend what is missing.

    Exit status 1: something is wrong.
    """
    from chrysalis.command.doctor import examine

    findings = examine()
    print(*findings, sep="\n")
    raise typer.Exit(int(any(finding.state == "wrong" for finding in findings)))
