"""A study's progress as a page that refreshes itself, to be opened from disk."""

from __future__ import annotations

from html import escape

from chrysalis.command.progress import TRAININGS, Progress

SECONDS = 5
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 50rem; padding: 0 1rem; }
progress { height: 1.25rem; width: 100%; }
table { border-collapse: collapse; }
td, th { border-bottom: 1px solid #8886; padding: .1rem 1rem .1rem 0; text-align: left; }
li { overflow-wrap: anywhere; }
"""


def page(progress: Progress, now: float, ended: bool) -> str:
    """The page as HTML; it refreshes itself until the study has `ended`."""
    refresh = "" if ended else f'<meta http-equiv="refresh" content="{SECONDS}">\n'
    done, total = progress.done.total(), progress.total.total()
    state = "The study has ended" if ended else "The study is running"
    parts = [
        f"<h1>{state}</h1>",
        f"<p>{escape(progress.line(now))}.</p>",
        _bar("Trainings", progress.done[TRAININGS], progress.total[TRAININGS]),
        _bar("All jobs", done, total),
        _list("Last results", progress.results),
        _list("Failed", progress.failures),
        _list("Running", [] if ended else _running(progress, now)),
        _table(progress),
    ]
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{refresh}'
        f'<meta name="viewport" content="width=device-width">\n<title>{state}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{''.join(parts)}\n</body>\n</html>\n"
    )


def _bar(name: str, done: int, total: int) -> str:
    if not total:
        return ""
    label = f"{name}: {done} of {total}"
    return (
        f'<p>{label}<br><progress value="{done}" max="{total}" aria-label="{label}"></progress></p>'
    )


def _list(title: str, items: list[str]) -> str:
    lines = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<h2>{title}</h2><ul>{lines}</ul>" if items else ""


def _running(progress: Progress, now: float) -> list[str]:
    found = []
    for number, began in progress.running.items():
        if job := progress.job(number):
            found.append(f"{job.rule} {job.label} for {now - began:.0f} s")
    return found


def _table(progress: Progress) -> str:
    rows = "".join(
        f"<tr><td>{escape(rule)}</td><td>{progress.done[rule]}</td><td>{total}</td></tr>"
        for rule, total in sorted(progress.total.items())
    )
    head = "<tr><th>Jobs</th><th>Done</th><th>Of</th></tr>"
    return f"<h2>Jobs</h2><table>{head}{rows}</table>"
