// Filters and sorts the table of a model's errors. Without it the whole table stands as it is.
"use strict";

(() => {
  const source = document.getElementById("errors-data");
  const table = document.getElementById("errors");
  if (!source || !table) return;
  const body = table.tBodies[0];
  const rows = JSON.parse(source.textContent).map((data, place) => ({
    data,
    line: body.rows[place],
  }));
  const controls = document.getElementById("errors-controls");
  const least = document.getElementById("errors-least");
  const filters = [...controls.querySelectorAll("[data-filter]")];
  const only = [...controls.querySelectorAll("[data-only]")];
  const values = {
    true: (data) => data.true,
    predicted: (data) => data.predicted,
    confidence: (data) => data.confidence,
    wrong: (data) => data.wrong / data.judged,
    label: (data) => data.label,
    twin: (data) => data.twin,
  };

  function isShown(data) {
    return (
      filters.every((filter) => !filter.value || data[filter.dataset.filter] === filter.value) &&
      only.every((box) => !box.checked || data[box.dataset.only] !== "") &&
      data.confidence >= Number(least.value)
    );
  }

  function show() {
    let count = 0;
    for (const { data, line } of rows) {
      line.hidden = !isShown(data);
      if (!line.hidden) count += 1;
    }
    least.nextElementSibling.textContent = `${Math.round(100 * least.value)} %`;
    document.getElementById("errors-shown").textContent = `${count} of ${rows.length} images`;
  }

  function compare(one, other) {
    if (typeof one === "number") return one - other;
    if (!one || !other) return Number(!one) - Number(!other); // what is empty comes last
    return one.localeCompare(other, undefined, { numeric: true });
  }

  function sort(heading) {
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = values[heading.dataset.key];
    const sign = down ? -1 : 1;
    rows.sort((a, b) => sign * compare(value(a.data), value(b.data)));
    body.append(...rows.map(({ line }) => line));
  }

  for (const filter of filters) {
    const names = new Set(rows.map(({ data }) => data[filter.dataset.filter]));
    for (const name of [...names].sort(compare)) filter.add(new Option(name, name));
  }
  for (const box of only) {
    box.parentElement.hidden = rows.every(({ data }) => data[box.dataset.only] === "");
  }
  for (const heading of table.tHead.rows[0].cells) {
    if (!heading.dataset.key) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    button.addEventListener("click", () => sort(heading));
    heading.replaceChildren(button);
  }
  document.getElementById("errors-reset").addEventListener("click", () => {
    for (const filter of filters) filter.value = "";
    for (const box of only) box.checked = false;
    least.value = 0;
    show();
  });
  controls.addEventListener("input", show);
  controls.hidden = false;
  show();
})();
