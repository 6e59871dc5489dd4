"""A sweep's shared storage: one file that parallel trials append to, and that a kill cannot lock.

The file is Optuna's journal. Optuna's own locks are files that outlive a killed process, and the
line that it was writing would spoil the next one's; so the lock here is the kernel's.
"""

from __future__ import annotations

import fcntl
import hashlib
import math
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from chrysalis.config.run import RunSettings
from chrysalis.config.sweep import RANDOM_TRIALS
from chrysalis.engine.runtime import derive_seed
from chrysalis.errors import UserError

UNPRUNED_TRIALS = 5  # complete trials that a median must be of
UNPRUNED_SHARE = 1 / 4  # of a trial's epochs


class KernelLock:
    """A lock on the journal itself, which goes with the process however it ends.

    Whoever gets it removes the unfinished line of a writer that was killed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def acquire(self) -> bool:
        """Wait for the lock; always True."""
        self.file = self.path.open("r+b")
        fcntl.flock(self.file, fcntl.LOCK_EX)
        written = self.file.read()
        if not written.endswith(b"\n"):
            self.file.truncate(written.rfind(b"\n") + 1)
        return True

    def release(self) -> None:
        """Let the next one have it."""
        self.file.close()


def study_name(settings: RunSettings, code_hash: str, data_hash: str) -> str:
    """16 hex digits for all that decides a trial: other code, data or settings, another study."""
    text = f"{settings.model_copy(update={'seed': 0}).to_json()} {code_hash} {data_hash}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def open_study(path: Path, name: str, number: int, epochs: int) -> optuna.Study:
    """The study `name` in the file `path`, for the trial of job `number`; made if need be.

    Values are highest validation top-1 so far, a step an epoch (1, 2, ..). The first
    `RANDOM_TRIALS` trials are drawn at random and decided by their number alone. Later ones come
    from a tree-structured Parzen estimator (Bergstra et al., "Algorithms for Hyper-Parameter
    Optimization", NeurIPS 2011) over all settings jointly, which keeps away from what is being
    tried at the moment; so they depend on which trials have ended by then.

    A trial may be pruned once `UNPRUNED_SHARE` of its `epochs` are done, if its best is below the
    median of what at least `UNPRUNED_TRIALS` complete trials had at the same epoch (after the
    median stopping rule of Golovin et al., "Google Vizier", KDD 2017).

    Raises:
        UserError: the file is damaged.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The base class of its locks is private; all that is asked of one is to acquire and release.
    lock = KernelLock(path)
    backend = JournalFileBackend(str(path), lock_obj=lock)  # type: ignore[arg-type]
    try:
        storage = JournalStorage(backend)
    except (ValueError, KeyError) as error:
        raise UserError(
            f"{path}: damaged ({error}); remove it, and the sweep starts anew"
        ) from None
    return optuna.create_study(
        storage=storage,
        study_name=name,
        direction="maximize",
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(
            n_startup_trials=RANDOM_TRIALS,
            seed=derive_seed("sweep", number) % 2**32,
            multivariate=True,
            constant_liar=True,
        ),
        pruner=optuna.pruners.MedianPruner(
            n_startup_trials=UNPRUNED_TRIALS,
            n_warmup_steps=math.ceil(UNPRUNED_SHARE * epochs),
            n_min_trials=UNPRUNED_TRIALS,
        ),
    )
