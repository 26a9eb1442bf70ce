// Makes elements without ever parsing a text as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element. Properties that start with "on" are listeners, the rest attributes. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const PATHS = {
  menu: "M4 7h16M4 12h16M4 17h10",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5M5.5 11.500 12 5l6.500 6.500",
  attach:
    "M20 11.500l-8.300 8.300a5 5 0 0 1-7.100-7.100l8.700-8.700a3.300 3.300 0 0 1 4.700 4.700l-8.600 8.600a1.700 1.700 0 0 1-2.400-2.400l7.800-7.800",
  down: "M12 5v14M5.500 12.500 12 19l6.500-6.500",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  shape: "M4 7h16v10H4z",
  count: "M8 8h12v12H8zM4 16V4h12",
  style: "M12 3a9 9 0 1 0 0 18c1.500 0 2-1 1.500-2.200-.7-1.600.3-2.800 2-2.800H18a3 3 0 0 0 3-3c0-5.500-4-10-9-10zM7.500 12h.01M9.500 7.500h.01M14.500 7.500h.01",
  model: "M12 3l1.800 5.200L19 10l-5.200 1.800L12 17l-1.800-5.200L5 10l5.200-1.800zM19 16v4M17 18h4",
  seed: "M5 5h14v14H5zM9 9h.01M15 9h.01M12 12h.01M9 15h.01M15 15h.01",
  vary: "M4 8h10a4 4 0 0 1 4 4v0M14 4l4 4-4 4M20 16H10a4 4 0 0 1-4-4v0M10 20l-4-4 4-4",
  again: "M20 11a8 8 0 1 0-2.300 6.300M20 5v6h-6",
  words: "M4 20l1-4L16 5l3 3L8 19zM13.500 7.500l3 3",
  original: "M12 4v11M6.500 10.500 12 16l5.500-5.500M5 20h14",
  delete: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  check: "M5 12.500l4.500 4.500L19 7.500",
  away: "M9 5H5v14h14v-4M13 5h6v6M19 5l-9 9",
  shield: "M12 3l7 3v5.500c0 4.500-3 8-7 9.500-4-1.500-7-5-7-9.500V6z",
};

/** Make one of the page's line icons; screen readers skip it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Find the one element with this id. */
export function byId(id) {
  return document.getElementById(id);
}
