"""Faults of trainings, on demand: code that is added to a workspace's scripts/train.py.

A training notes each epoch it has done in epochs.txt, and its GPUs in devices.txt. If there is a
file faults/<run>/seed<n>, the training does what it says, once: `memory` takes 2.5 GB, `epoch`
hangs after the first epoch, `end` hangs when all is written. Before it hangs, it leaves the number
of its job beside that file.
"""

START = """
import os
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
    if not place.exists() or place.read_text() != kind:
        return
    place.unlink()
    if kind == "memory":
        _taken = [bytearray(os.urandom(1 << 20) * 100) for _ in range(25)]
    place.with_suffix(".there").write_text(os.environ.get("SLURM_JOB_ID", ""))
    time.sleep(600)


def _save(path, progress, state):
    _SAVE(path, progress, state)
    _note("epochs.txt", progress.epoch)
    _fault("epoch")


_checkpoint.save = _save
if __name__ == "__main__":
    _note("devices.txt", os.environ.get("CUDA_VISIBLE_DEVICES"))
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
