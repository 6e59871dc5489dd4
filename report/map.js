// Colours the map of the images and shows the picture of a point. Without it the map stands as it is.
"use strict";

(() => {
  const source = document.getElementById("map-data");
  if (!source) return;
  const { groups, points, columns, tile } = JSON.parse(source.textContent);
  const svg = document.getElementById("map");
  const circles = [...svg.querySelectorAll("circle")];
  const found = document.getElementById("map-found");
  const legend = document.getElementById("map-legend");
  const controls = document.getElementById("map-controls");
  const nameOf = {
    class: (point) => groups.class[point[0]][0],
    split: (point) => point[1],
    answer: (point) => point[2],
  };
  let mode = "class";
  let chosen = null; // the name in the legend that is picked out
  let current = -1;

  const groupOf = (place) =>
    mode === "class" ? points[place][0] : groups[mode].findIndex(([name]) => name === nameOf[mode](points[place]));

  function paint() {
    circles.forEach((circle, place) => {
      const [, colour] = groups[mode][groupOf(place)];
      circle.setAttribute("fill", colour);
      const pale = chosen !== null && groupOf(place) !== chosen;
      circle.setAttribute("opacity", pale ? 0.12 : 1);
    });
  }

  function list() {
    legend.replaceChildren(
      ...groups[mode].map(([name, colour], group) => {
        const button = document.createElement("button");
        const dot = document.createElement("span");
        dot.className = "dot";
        dot.style.background = colour;
        button.type = "button";
        button.setAttribute("aria-pressed", String(group === chosen));
        button.append(dot, ` ${name}`);
        button.addEventListener("click", () => {
          chosen = chosen === group ? null : group;
          [...legend.querySelectorAll("button")].forEach((each, n) =>
            each.setAttribute("aria-pressed", String(n === chosen)),
          );
          paint();
        });
        const entry = document.createElement("li");
        entry.append(button);
        return entry;
      }),
    );
  }

  function show(place) {
    circles[current]?.classList.remove("current");
    current = place;
    const circle = circles[place];
    circle.classList.add("current");
    const [picture, words] = found.children;
    const [row, column] = [Math.floor(place / columns), place % columns];
    picture.style.objectPosition = `${-tile * column}px ${-tile * row}px`;
    picture.alt = `Image of ${nameOf.class(points[place])}`;
    const lines = [nameOf.class(points[place]), `${points[place][1]}, ${points[place][2]}`, points[place][3]];
    words.replaceChildren(
      ...lines.map((text) => {
        const line = document.createElement("span");
        line.textContent = text;
        return line;
      }),
    );
    found.hidden = false;
    const box = svg.getBoundingClientRect();
    const point = circle.getBoundingClientRect();
    const left = point.right - box.left + 8;
    const beyond = left + found.offsetWidth > box.width;
    found.style.left = `${Math.max(0, beyond ? point.left - box.left - found.offsetWidth - 8 : left)}px`;
    const top = Math.min(point.top - box.top, box.height - found.offsetHeight);
    found.style.top = `${Math.max(0, top)}px`;
  }

  function nearest(event) {
    const corner = svg.getScreenCTM().inverse();
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(corner);
    let best = -1;
    let least = 30 ** 2; // beyond this no point is meant
    circles.forEach((circle, n) => {
      const distance = (circle.cx.baseVal.value - place.x) ** 2 + (circle.cy.baseVal.value - place.y) ** 2;
      if (distance < least) [best, least] = [n, distance];
    });
    return best;
  }

  // An arrow leads to the nearest point in its direction.
  function step(across, down) {
    const from = circles[current];
    let best = current;
    let least = Infinity;
    circles.forEach((circle, n) => {
      const x = circle.cx.baseVal.value - from.cx.baseVal.value;
      const y = circle.cy.baseVal.value - from.cy.baseVal.value;
      const ahead = x * across + y * down;
      const aside = Math.abs(x * down) + Math.abs(y * across);
      if (ahead > 0 && aside <= 2 * ahead && ahead + aside < least) [best, least] = [n, ahead + aside];
    });
    show(best);
  }

  const arrows = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  svg.addEventListener("pointermove", (event) => {
    const place = nearest(event);
    if (place >= 0 && place !== current) show(place);
  });
  svg.addEventListener("focus", () => show(Math.max(0, current)));
  svg.addEventListener("keydown", (event) => {
    if (event.key === "Escape") found.hidden = true;
    if (!arrows[event.key]) return;
    event.preventDefault();
    step(...arrows[event.key]);
  });
  controls.addEventListener("input", (event) => {
    mode = event.target.value;
    chosen = null;
    list();
    paint();
  });
  svg.setAttribute("tabindex", "0");
  controls.hidden = false;
  list();
})();
