// Runs first in a page of the report, and tells its frame's parent what is wrong with the page.
const failures = [];
window.addEventListener("error", (event) => {
  failures.push(`error: ${event.message || (event.target && (event.target.src || event.target.href))}`);
}, true);
const log = console.error;
console.error = (...words) => { failures.push(`console: ${words.join(" ")}`); log(...words); };

const all = (selector) => [...document.querySelectorAll(selector)];
const shown = (element) => element.getClientRects().length > 0;
const wide = window.innerWidth > 1000;

// Each word of up to 14 letters that stands on two lines.
function brokenWords() {
  const found = [], range = document.createRange();
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("code, .hash, script, style, svg")) continue;
    for (const match of node.data.matchAll(/[A-Za-z]{3,14}/g)) {
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (tops.size > 1) found.push(`the word "${match[0]}" is broken`);
    }
  }
  return found;
}

function layout() {
  const found = [], style = (element) => getComputedStyle(element);
  const main = document.querySelector("main.content"), width = main.getBoundingClientRect().width;
  if (document.documentElement.scrollWidth > window.innerWidth + 1) found.push("the page scrolls sideways");
  if (wide && (width < 720 || width > 1290)) found.push(`the column is ${Math.round(width)} px wide`);
  if (wide) all("nav[role=doc-toc] a").filter((a) => !shown(a)).forEach((a) => found.push(`"${a.textContent}" is hidden in the table of contents`));
  const letters = parseFloat(style(document.body).fontSize);
  for (const table of all("main table").filter(shown)) {
    const box = table.closest(".table-box");
    if (!box) { found.push("a table outside of a box that scrolls"); continue; }
    if (parseFloat(style(table).fontSize) >= letters) found.push("a table's own size has no effect");
    const inner = table.parentElement;
    if (inner !== box && inner.scrollWidth > inner.clientWidth + 1 && style(inner).overflowX !== "visible") found.push("a table scrolls in a box within its box");
    if (box.scrollWidth > box.clientWidth + 1 && !style(box).backgroundAttachment.includes("local")) found.push("a table is cut with no sign that it scrolls");
  }
  for (const link of all("main a").filter((a) => a.textContent.includes("_") && shown(a))) {
    if (style(link).textDecorationLine.includes("underline") && style(link).textUnderlineOffset === "auto") found.push(`the line under ${link.textContent} hides underscores`);
  }
  const footer = document.querySelector("footer");
  if (footer && footer.getBoundingClientRect().height > 90) found.push("the footer takes many lines");
  for (const image of all(".plot img").filter(shown)) {
    if (image.naturalWidth && image.getBoundingClientRect().width / image.naturalWidth < 0.78 && image.src.endsWith(".svg")) found.push(`the letters of ${image.src.split("/").pop()} are too small`);
  }
  return found;
}

const outside = () => performance.getEntriesByType("resource").map((entry) => entry.name)
  .filter((name) => !/^(file|data|blob):/.test(name)).map((name) => `asks for ${name}`);

// Colours take most of the time: they are judged on every page of a wide screen, light and dark,
// and on a narrow one, where only the navigation has others, on the first page. In the dark nothing
// but colours differs. The rule left out is of moderate impact, which does not count here.
const COLOURS = ["color-contrast", "link-in-text-block"];
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
const coloured = wide || location.pathname.endsWith("/index.html");
const rules = Object.fromEntries(["region", ...(coloured ? [] : COLOURS)].map((name) => [name, { enabled: false }]));

async function accessibility() {
  const options = { resultTypes: ["violations"], preload: false, ...(dark ? { runOnly: COLOURS } : { rules }) };
  const { violations } = await axe.run(document, options);
  return violations.filter((each) => ["serious", "critical"].includes(each.impact))
    .flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.target.join(" ")}`));
}

window.addEventListener("load", async () => {
  let found;
  try {
    document.querySelectorAll("details").forEach((each) => { each.open = true; });
    for (const image of all("img")) { image.loading = "eager"; await image.decode().catch(() => failures.push(`cannot show ${image.src}`)); }
    found = [...await accessibility(), ...brokenWords(), ...layout(), ...outside(), ...failures];
  } catch (error) {
    found = [`cannot be judged: ${error}`];
  }
  parent.postMessage([...new Set(found)], "*");
});
