"""Faults of trainings, on demand: code that is added to a workspace's scripts/train.py.

A training notes each epoch it has done in epochs.txt, and its GPUs and what memory it may have in
jobs.txt. A file faults/<run>/seed<n> holds words, each of which the training obeys once: `epoch`
hangs after an epoch, `end` hangs when all is written. Before it hangs, it leaves the number of its
job beside that file. `memory` is obeyed always: the training takes 2 GB for some seconds.
"""

START = """
import os
import re
import subprocess
import sys
import time

from chrysalis.engine import checkpoint as _checkpoint

_WHO = f"{sys.argv[sys.argv.index('--run') + 1]}/seed{sys.argv[sys.argv.index('--seed') + 1]}"
_SAVE = _checkpoint.save


def _note(file, text):
    with open(file, "a") as notes:
        notes.write(f"{_WHO} {text}\\n")


def _fault(kind):
    place = Path("faults") / _WHO
    words = place.read_text().split() if place.exists() else []
    if words[:1] != [kind]:
        return
    if kind == "memory":
        _taken = [bytearray(os.urandom(1 << 20) * 100) for _ in range(20)]
        time.sleep(4)
        return
    place.write_text(" ".join(words[1:]))
    place.with_suffix(".there").write_text(os.environ["SLURM_JOB_ID"])
    time.sleep(600)


def _save(path, progress, state):
    _SAVE(path, progress, state)
    _note("epochs.txt", progress.epoch)
    _fault("epoch")


_checkpoint.save = _save
if __name__ == "__main__" and "SLURM_JOB_ID" in os.environ:
    _job = subprocess.run(
        ["scontrol", "show", "job", os.environ["SLURM_JOB_ID"]], capture_output=True, text=True
    ).stdout
    _memory = re.search("MinMemoryNode=([0-9]+)M", _job)[1]
    _note("jobs.txt", f"{os.environ.get('CUDA_VISIBLE_DEVICES')} {_memory}")
    _fault("memory")
"""

END = """
if __name__ == "__main__":
    _fault("end")
"""


def add_to(script) -> None:
    """Add the code to a copy of scripts/train.py."""
    text = script.read_text()
    head, found, rest = text.partition("\n\ndef main(")
    assert found
    script.write_text(f"{head}\n{START}\n{found}{rest}{END}")
