"""A Slurm of one host: munged, slurmctld, and two slurmd, one of them with pretended GPUs.

Nothing is accounted (no slurmdbd), as on many a lab's cluster. The configuration must lie in
/etc/slurm, since the executor's job steps drop SLURM_CONF; a Slurm that is there is left alone.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONFIG = Path("/etc/slurm")
MARK = "# Written by the tests of Chrysalis.\n"
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")
NODES = ("cpu1", "gpu1")
GPUS = 3


def missing() -> str:
    """Why no cluster can be started here; empty if one can."""
    if os.geteuid() != 0:
        return "a cluster needs root"
    path = os.environ["PATH"] + ":/usr/sbin"
    absent = [program for program in PROGRAMS if not shutil.which(program, path=path)]
    if absent:
        return f"no {', '.join(absent)}: run tests/cluster/install.sh"
    config = CONFIG / "slurm.conf"
    if config.exists() and not config.read_text().startswith(MARK):
        return f"{config} is another cluster's"
    return ""


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _configure(folder: Path) -> None:
    host = socket.gethostname().partition(".")[0]
    (folder / "dev").mkdir()
    for number in range(GPUS):
        subprocess.run(["mknod", f"{folder}/dev/gpu{number}", "c", "195", str(number)], check=True)
    nodes = [
        f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={_port()} CPUs=4"
        f" RealMemory=12000{f' Gres=gpu:{GPUS}' if name == 'gpu1' else ''}\n"
        for name in NODES
    ]
    CONFIG.mkdir(exist_ok=True)
    devices = f"{folder}/dev/gpu[0-{GPUS - 1}]"
    (CONFIG / "gres.conf").write_text(f"{MARK}NodeName=gpu1 Name=gpu File={devices}\n")
    (CONFIG / "slurm.conf").write_text(
        f"""{MARK}ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={_port()}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
SlurmUser=root
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdSpoolDir={folder}/%n
SlurmdPidFile={folder}/%n.pid
SlurmdLogFile={folder}/%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
KillWait=2
MinJobAge=300
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,bf_interval=2
{"".join(nodes)}PartitionName=main Nodes={",".join(NODES)} Default=YES State=UP
"""
    )


def slurm(*command: str) -> str:
    """What a command of Slurm's prints."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout


def wait_until(true, what: str, seconds: float = 60) -> None:
    """Wait until `true()`, which is asked ten times a second."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)


def _ready() -> bool:
    done = subprocess.run(
        ["sinfo", "--noheader", "--Node", "--format=%t"], capture_output=True, text=True
    )
    return done.stdout.split() == ["idle"] * len(NODES)


@contextmanager
def cluster(folder: Path) -> Iterator[None]:
    """A cluster that runs as long as the context, with its files in `folder` (a short path)."""
    for name in ("munge", "state", *NODES):
        (folder / name).mkdir(parents=True)
    (folder / "munge").chmod(0o755)
    key = folder / "munge/key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    _configure(folder)
    munge = [f"--{name}={folder}/munge/{name}" for name in ("socket", "pid-file", "log-file")]
    munge += [f"--seed-file={folder}/munge/seed", f"--key-file={key}", "--force", "--foreground"]
    started = [subprocess.Popen(["/usr/sbin/munged", *munge], stderr=subprocess.DEVNULL)]
    try:
        wait_until((folder / "munge/socket").exists, "munged")
        for command in (["slurmctld", "-D"], *(["slurmd", "-D", "-N", node] for node in NODES)):
            command[0] = f"/usr/sbin/{command[0]}"
            started.append(
                subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            )
        wait_until(_ready, "two idle nodes")
        yield
    finally:
        subprocess.run(["scancel", "--me"], check=False)
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=30)
        for name in ("slurm.conf", "gres.conf"):
            (CONFIG / name).unlink(missing_ok=True)
