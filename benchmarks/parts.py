"""Time and memory of inspecting, embedding and packing, in one job and in parts.

    python -m benchmarks.parts --images 10000 100000 --parts 1 8

What is measured are the scripts of the rules inspect_images, embed and pack, and with several parts
those of the parts and the joining. Each job is a process of its own with one worker, one after the
other, so seconds are what all jobs of a rule take together. The images are small JPEG files that
are made up. Memory is anonymous memory (benchmarks/memory.py) of the script's own process, the most
of any job of the rule. All that is written is compared: parts must make the same bytes.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from benchmarks import harness
from benchmarks.comparing import exponent
from benchmarks.memory import peak_of_command, python
from benchmarks.pictures import CLASSES, labelled
from chrysalis.data.packed import read_table
from chrysalis.errors import UserError
from chrysalis.records.files import sha256_of
from chrysalis.records.job_paths import JobPaths
from chrysalis.records.parts import all_parts
from chrysalis.workflow import cli

SCRIPTS = Path(__file__).parents[1] / "scripts"
SIDE = 32  # px
RULES = {"inspect_images": "inspect_part", "embed": "embed_part", "pack": "pack_part"}


def draw(root: Path, count: int) -> None:
    """Make up so many smooth JPEG files in class folders."""
    random = np.random.default_rng(0)
    for label in range(CLASSES):
        (root / f"class{label}").mkdir(parents=True)
    for number in range(count):
        pixels = random.integers(0, 256, (6, 6, 3), np.uint8)
        image = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        image.save(root / f"class{number % CLASSES}" / f"{number:07d}.jpg", quality=90)


def measure(root: Path, parts: int, embedder: str) -> dict[str, dict[str, float] | str]:
    """Run the three rules: by rule, what `_run` measures; and the hash of what they wrote."""
    with TemporaryDirectory(dir=root.parent) as folder:
        results = JobPaths(Path(folder))
        own = {
            "inspect_images": [],
            "embed": ["--embedder", embedder],
            "pack": ["--size", SIDE],
        }
        found: dict[str, dict[str, float] | str] = {}
        for rule, arguments in own.items():
            if rule == "pack":
                table = labelled(read_table(results.images).assign(split="train"))
                results.split.parent.mkdir()
                table.to_csv(results.split, index=False)
            common = ["--results", folder, "--root", root, *arguments]
            found[rule] = _run(rule, common, parts)
        written = [Path(folder) / "data" / rule for rule in RULES]
        files = sorted(file for made in written for file in made.rglob("*") if file.is_file())
        found["bytes"] = " ".join(sha256_of(file)[:8] for file in files)
    return found


def _run(rule: str, arguments: list[object], parts: int) -> dict[str, float]:
    """Seconds of all jobs together, of the longest and of the joining; the most memory in MiB."""
    jobs = [(rule, [])]
    if parts > 1:
        jobs = [(RULES[rule], ["--part", part]) for part in all_parts(parts)]
        jobs.append((rule, ["--join", parts]))
    seconds, memory = [], []
    for script, own in jobs:
        start = time.perf_counter()
        peak = peak_of_command(python(SCRIPTS / f"{script}.py", *arguments, *own))
        seconds.append(time.perf_counter() - start)
        memory.append(peak.anonymous)
    return {
        "seconds": sum(seconds),
        "longest": max(seconds),
        "joining": seconds[-1] if parts > 1 else 0.0,
        "anonymous_mib": max(memory),
    }


def rows(results: dict[tuple[int, int], list[dict]]) -> list[list[str]]:
    """Lines of the table: by rule, number of images and number of parts."""
    lines = []
    for rule in RULES:
        for (count, parts), runs in sorted(results.items()):
            spread = {
                key: harness.Spread.of(run[rule][key] for run in runs) for key in runs[0][rule]
            }
            lines.append(
                [
                    rule,
                    f"{count:,}",
                    str(parts),
                    f"{spread['seconds'].median:.1f}",
                    f"{1000 * spread['seconds'].median / count:.2f}",
                    f"{spread['longest'].median:.1f}",
                    f"{spread['joining'].median:.1f}",
                    f"{spread['anonymous_mib'].median:.0f}",
                ]
            )
    return lines


def fits(results: dict[tuple[int, int], list[dict]]) -> list[str]:
    """A sentence for each rule and number of parts: how time and memory grow with the images."""
    lines = []
    for rule in RULES:
        for parts in sorted({parts for _, parts in results}):
            runs = {
                count: [run[rule] for run in found]
                for (count, of), found in results.items()
                if of == parts
            }
            if len(runs) > 1:
                time_fit, memory_fit = (exponent(runs, of) for of in ("seconds", "anonymous_mib"))
                lines.append(
                    f"{rule}, parts {parts}: seconds ~ images^{time_fit:.2f}, "
                    f"anonymous memory ~ images^{memory_fit:.2f}"
                )
    return lines


def check(results: dict[tuple[int, int], list[dict]]) -> None:
    """See to it that the same images made the same bytes, in whatever parts.

    Raises:
        UserError: they did not.
    """
    for count in {count for count, _ in results}:
        made = {run["bytes"] for (of, _), runs in results.items() if of == count for run in runs}
        if len(made) > 1:
            raise UserError(f"{count} images made other files in other parts")


def main(args: argparse.Namespace) -> None:
    """Measure each number of images and of parts; print the table and the fits."""
    with TemporaryDirectory() as temporary:
        roots = {count: Path(temporary) / f"{count}/images" for count in sorted(set(args.images))}
        for count, root in roots.items():
            draw(root, count)
        results = harness.interleave(
            {
                (count, parts): lambda root=root, parts=parts: measure(root, parts, args.embedder)
                for count, root in roots.items()
                for parts in sorted(set(args.parts))
            },
            args.repeats,
        )
    check(results)
    head = ["rule", "images", "parts", "seconds", "ms an image", "longest job", "joining", "MiB"]
    body = "\n".join([harness.table(head, rows(results)), "", *fits(results)])
    title = f"Rules in parts: JPEG of {SIDE} px, one worker, {args.embedder}, n={args.repeats}"
    data = {f"{count} in {parts}": runs for (count, parts), runs in results.items()}
    harness.publish("parts", title, body, data, args.save)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = harness.parser(__doc__, repeats=1)
    made.add_argument("--images", type=harness.positive, nargs="+", default=[10_000, 100_000])
    made.add_argument("--parts", type=harness.positive, nargs="+", default=[1, 8])
    made.add_argument("--embedder", default="efficientnet_lite0", help="or descriptor")
    return made


if __name__ == "__main__":
    cli.run(main, parser())
