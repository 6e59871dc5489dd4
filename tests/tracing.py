"""Which numbers of a report's fragments are not in the files that the fragment itself links to."""

import html
import itertools
import re
from urllib.parse import unquote

import pandas as pd

FIXED = (
    r"95 % interval|99 % of what|NeurIPS 2018|top-1|Top-1|top-3|top-5|Test F1|MB|int8|fp32|"
    r"Error at \d+\u00a0% coverage|"
    r"And [\d,]+\u00a0more"
)
NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")


def shown_numbers(text):
    """The numbers of a fragment outside names from data, addresses and rules of tables.

    Data for a script is no text; tests compare it with the tables as a whole.
    """
    text = re.sub(r"<script.*?</script>|```python.*?```", "", text, flags=re.S)
    text = re.sub(r'<span class="data">.*?</span>|<code>.*?</code>', "", text)
    text = re.sub(r"\]\([^)]*\)|`[^`]*`|<[^>]*>|\{[^}]*\}", "", text)
    text = re.sub(FIXED, "", html.unescape(text))
    return {number.replace(",", "") for number in NUMBER.findall(text)}


def stored_numbers(path):
    """Numbers of a table or record, and how many rows and how many of each value a table has."""
    if path.suffix == ".json":
        return set(map(float, re.findall(r"\d+\.?\d*(?:e-?\d+)?", path.read_text())))
    table = pd.read_csv(path)
    values = {float(len(table))}
    for column in table:
        values |= {float(n) for n in table[column].value_counts()}
        cells = table[column].astype(str).str.split(";").explode()
        values |= set(pd.to_numeric(cells, errors="coerce").abs().dropna())
        if column in ("sentence", "basis", "reason"):
            values |= set(map(float, re.findall(r"\d+\.?\d*", " ".join(map(str, cells)))))
    return values


def ways_to_write(values):
    scales = (1, 100, 1 / 60, 1 / 3600, 1 / 1e6)
    return (
        {
            f"{scale * value:.{digits}f}"
            for value, scale, digits in itertools.product(values, scales, (0, 1, 2, 3))
        }
        | {f"{value:{kind}}" for value in values for kind in ("g", ".3g")}
        | {f"{float(f'{value:.3g}'):.9g}" for value in values}
    )


def linked(text, results):
    """The tables and records that a fragment names as its sources."""
    names = re.findall(r"\]\(/files/([^)\s]+)\)", text)
    paths = {results / unquote(name) for name in names}
    return [path for path in paths if path.suffix in (".csv", ".json")]


def untraced(text, results, known=()):
    """Numbers of a fragment that neither its own sources, study.json nor `known` account for."""
    values = set(known)
    for path in [*linked(text, results), results / "study.json"]:
        values |= stored_numbers(path)
    return shown_numbers(text) - ways_to_write(values)


def totals(loaded):
    """Sums over a whole study, which stand in no single file."""
    study, classes = loaded.record, loaded.classes
    sums = {loaded.seconds, len(study.runs), len(study.seeds), len(classes)}
    sums |= {loaded.images.images, len(loaded.left_out)}
    for counts in ([each.train, each.val, each.test, each.all] for each in classes):
        sums |= {float(n) for n in counts}
    sums |= {sum(each.train for each in classes), sum(each.val for each in classes)}
    sums |= {sum(each.test for each in classes), sum(each.all for each in classes)}
    warned = (row.warn for each in loaded.experiments for row in each.differences)
    return sums | {sum(warned), *shares_of_test(loaded), *decided(loaded)}


def shares_of_test(loaded):
    """The share of each class of the test images, as a fraction."""
    counts = [each.test for each in loaded.classes]
    return {count / max(1, sum(counts)) for count in counts}


def decided(loaded):
    """How many claims the study decides, and how many verdicts change without some images."""
    words = [claim.outcome for claim in loaded.claims]
    changed = {loaded.audit.without_leaks.changed, loaded.audit.without_doubtful.changed}
    return {sum(word in ("better", "worse", "equal") for word in words), *changed}
