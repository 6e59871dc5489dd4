"""Opens the pages of a site in headless Chromium, from file://, and has each judge itself.

Every page is copied with axe-core and `measure.js` in it, and shown in a frame of each width, so
one start of the browser is enough. What the frames find comes back by a request to this process.
"""

import json
import shutil
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.resources import files
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDTHS = (1440, 390)
SECONDS = 240
SCHEMES = {"dark": 0, "light": 1}  # Blink's preferredColorScheme
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
)
DRIVER = """<!DOCTYPE html><title>driver</title><body><script>
const jobs = {jobs}, found = [];
function next() {{
  if (!jobs.length) {{
    return fetch("http://127.0.0.1:{port}/", {{method: "POST", mode: "no-cors",
      body: JSON.stringify(found)}});
  }}
  const [page, width] = jobs.shift(), frame = document.createElement("iframe");
  frame.style = `width: ${{width}}px; height: 900px; border: 0`;
  window.onmessage = (event) => {{
    found.push({{page, width, problems: event.data}});
    frame.remove();
    next();
  }};
  frame.src = page;
  document.body.append(frame);
}}
next();
</script>"""


def program():
    """Where Chromium is; None where it is not installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def axe():
    """The source of axe-core; None where the package that brings it is not installed."""
    try:
        return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    except ModuleNotFoundError:
        return None


def problems(site: Path, place: Path, scheme="light", widths=WIDTHS) -> list[str]:
    """What is wrong with the pages of `site`, a line each; `place` must not exist yet."""
    shutil.copytree(site, place)
    measure = Path(__file__).with_name("measure.js").read_text(encoding="utf-8")
    (place / "axe.js").write_text(axe(), encoding="utf-8")
    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    pages = [page for page in pages if not _has_twin(page, pages)]
    for page in pages:
        path = place / page
        up = "../" * page.count("/")
        text = path.read_text(encoding="utf-8")
        head = f'<script>{measure}</script><script src="{up}axe.js"></script>'
        path.write_text(text.replace("<head>", f"<head>{head}", 1), encoding="utf-8")
    jobs = [(page, width) for width in widths for page in pages]
    found = _run(place, jobs, scheme)
    return [
        f"{each['page']} at {each['width']} px: {problem}"
        for each in found
        for problem in each["problems"]
    ]


def _has_twin(page: str, pages: list[str]) -> bool:
    """Whether an earlier page is of the same template, for another class or model.

    The made-up study has most to show of the first of each.
    """

    def template(page: str) -> tuple[str, bool]:
        folder, _, name = page.rpartition("/")
        return folder, name.endswith("-errors.html")

    twins = [other for other in pages if template(other) == template(page)]
    return template(page)[0] in ("classes", "models") and page != twins[0]


def _run(place: Path, jobs: list, scheme: str) -> list[dict]:
    """What the frames of the driver report."""
    found, done = [], threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            found.extend(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            done.set()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    driver = place / "driver.html"
    driver.write_text(DRIVER.format(jobs=json.dumps(jobs), port=server.server_port))
    with tempfile.TemporaryDirectory() as profile:
        flags = [
            *FLAGS,
            f"--user-data-dir={profile}",
            "--window-size=1500,1000",
            f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
            "--remote-debugging-port=0",  # keeps it open until it is ended
        ]
        browser = subprocess.Popen(
            [program(), *flags, driver.as_uri()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert done.wait(SECONDS), f"the browser said nothing in {SECONDS} s"
        finally:
            browser.kill()
            browser.wait()
            server.shutdown()
    assert len(found) == len(jobs)
    return found
