"""What the scripts of the pages in pictures do, from disk in a real browser, and what is there
without them."""

import json
import re
import shutil
import subprocess

import pytest

from tests.report.made.study import CLASSES, SEEDS

from . import browser

pytestmark = pytest.mark.skipif(browser.program() is None, reason="Chromium is not installed")
RUN = """<script>window.addEventListener("load", () => {{
  const said = [];
  try {{ {} }} catch (error) {{ said.push(String(error)); }}
  const place = document.createElement("template");
  place.id = "said";
  place.setAttribute("data-said", JSON.stringify(said));
  document.body.append(place);
}});</script></body>"""
ERRORS = """
const column = (n) => [...document.querySelectorAll("#errors tbody tr")]
  .filter((line) => !line.hidden).map((line) => line.cells[n].textContent);
const status = () => document.getElementById("errors-shown").textContent;
const set = (element, value) => {
  element.value = value;
  element.dispatchEvent(new Event("input", { bubbles: true }));
};
said.push(document.getElementById("errors-controls").hidden, column(1), status());
const filter = document.querySelector('[data-filter="true"]');
said.push([...filter.options].map((option) => option.value));
set(filter, filter.options[1].value);
said.push(column(1), status());
document.getElementById("errors-reset").click();
said.push(status());
const sort = document.querySelector('[data-key="confidence"] button');
sort.click();
said.push(column(3));
sort.click();
said.push(column(3), sort.parentElement.getAttribute("aria-sort"));
set(document.getElementById("errors-least"), "1");
said.push(column(1));
"""
MAP = """
const svg = document.getElementById("map"), found = document.getElementById("map-found");
const circles = [...svg.querySelectorAll("circle")];
const first = () => found.querySelector("figcaption span").textContent;
said.push(found.hidden);
svg.dispatchEvent(new Event("focus"));
said.push(found.hidden, first());
svg.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
said.push(first(), getComputedStyle(found.querySelector("img")).objectPosition);
svg.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp" }));
said.push(first());
svg.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
said.push(found.hidden);
document.querySelector('[value="answer"]').click();
said.push(circles.map((circle) => circle.getAttribute("fill")));
document.querySelector("#map-legend button").click();
said.push(circles.map((circle) => circle.getAttribute("opacity")));
"""


def said(site, page, code, tmp_path):
    """What the code says on the page."""
    copy = shutil.copytree(site, tmp_path / "site")
    path = copy / page
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("</body>", RUN.format(code)), encoding="utf-8")
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [browser.program(), *browser.FLAGS, profile, "--virtual-time-budget=3000"]
    done = subprocess.run(
        [*command, "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=120
    )
    found = re.search(r'data-said="([^"]*)"', done.stdout)
    return json.loads(found[1].replace("&quot;", '"').replace("&amp;", "&"))


def test_errors_are_filtered_and_sorted(site, tmp_path):
    one, two = CLASSES[:2]
    hidden, true, status, options, only, fewer, reset, up, down, order, none = said(
        site, "models/mynet-errors.html", ERRORS, tmp_path
    )
    assert (hidden, true, status) == (False, [one, two], "2 of 2 images")
    assert options == ["", one, two]
    assert (only, fewer, reset) == ([one], "1 of 2 images", "2 of 2 images")
    assert up == down[::-1] == sorted(up)
    assert (order, none) == ("descending", [])


def test_the_map_is_explored_by_keyboard_and_coloured(site, tmp_path):
    before, shown, first, second, place, still, after, fills, opacities = said(
        site, "map.html", MAP, tmp_path
    )
    assert (before, shown, after) == (True, False, True)
    assert (first, second, still) == (CLASSES[0], CLASSES[1], CLASSES[1])
    assert place == "-96px 0px"
    wrong, right = "#D55E00", "#0072B2"
    assert fills == [wrong, wrong, right]  # mynet gets the first two wrong
    assert opacities == ["1", "1", "0.12"]


def test_without_scripts_all_is_there_and_no_control_that_does_nothing(site):
    page = (site / "models/mynet-errors.html").read_text()
    assert page.count("<tr>") == len(CLASSES)  # the headings, and all but one class
    assert re.search(r'id="errors-controls"[^>]* hidden', page)
    assert f"1 of {len(SEEDS)}" in page
    page = (site / "map.html").read_text()
    assert page.count("<circle") == len(CLASSES)
    assert re.search(r'id="map-controls"[^>]* hidden', page)
    assert all(name in page for name in CLASSES)
