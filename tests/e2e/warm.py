"""A Python that has imported the libraries already: a job starts in 0.05 s instead of 5 s.

`python warm.py SOCKET`, which `server` starts, imports what the scripts of the current folder do,
and then forks for each job that asks. `interpreter` writes the program that asks; given other
arguments than a script of the workflow, it is Python itself. The folder bin beside it holds a
Snakemake whose jobs it runs.
"""

from __future__ import annotations

import array
import ast
import importlib
import json
import os
import runpy
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLIENT = """#!{python} -IS
import array, json, os, socket, sys
if sys.argv[1:2] != ["-P"] or not sys.argv[2:] or not sys.argv[2].startswith("scripts/"):
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
server = socket.socket(socket.AF_UNIX)
server.connect({socket!r})
request = json.dumps([os.getcwd(), dict(os.environ), sys.argv[2:]]).encode()
streams = array.array("i", [1, 2])
server.sendmsg([len(request).to_bytes(8, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
server.sendall(request)
sys.exit(int(server.makefile().read() or 1))
"""

SNAKEMAKE = """#!{python}
import sys
sys.executable = {warm!r}
from snakemake.cli import main
main()
"""


@contextmanager
def server(folder: Path, tree: Path) -> Iterator[Path]:
    """A program that runs the scripts of `tree`, or of a copy of it, while this lasts."""
    folder.mkdir(exist_ok=True)
    address = folder / "socket"
    process = subprocess.Popen([sys.executable, __file__, str(address)], cwd=tree)
    try:
        while not address.exists():
            assert process.poll() is None
            time.sleep(0.1)
        yield interpreter(folder / "python", address)
    finally:
        process.terminate()
        process.wait()


def interpreter(path: Path, address: Path) -> Path:
    """Write a program that runs scripts in the server at `address`, and all else as Python does."""
    _program(path, CLIENT.format(python=sys.executable, socket=str(address)))
    path.with_name("bin").mkdir()
    text = SNAKEMAKE.format(python=sys.executable, warm=str(path))
    _program(path.with_name("bin") / "snakemake", text)
    return path


def _program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def serve(address: str) -> None:
    """Fork for each job, one after the other or several at once."""
    sys.path[0] = str(Path("src").resolve())
    _import_all(Path("scripts"))
    server = socket.socket(socket.AF_UNIX)
    server.bind(address)
    server.listen()
    while True:
        client, _ = server.accept()
        if os.fork() == 0:
            server.close()
            if child := os.fork():
                _, status = os.waitpid(child, 0)
                client.sendall(str(os.waitstatus_to_exitcode(status)).encode())
                os._exit(0)
            _work(client)
        client.close()
        _reap()


def _import_all(scripts: Path) -> None:
    for script in sorted(scripts.glob("*.py")):
        for node in ast.walk(ast.parse(script.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                importlib.import_module(node.module)
    later = ("cleanlab", "sklearn.linear_model", "sklearn.manifold", "pyarrow.parquet", "timm")
    for name in ("cv2", *later):
        importlib.import_module(name)


def _work(client: socket.socket) -> None:
    head, rights, _, _ = client.recvmsg(8, socket.CMSG_SPACE(8))
    streams = array.array("i")
    streams.frombytes(rights[0][2])
    for target, stream in enumerate(streams, 1):
        os.dup2(stream, target)
    request = client.makefile("rb").read(int.from_bytes(head, "big"))
    folder, environment, arguments = json.loads(request)
    client.close()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = arguments
    code = 0
    try:
        runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


if __name__ == "__main__":
    serve(sys.argv[1])
