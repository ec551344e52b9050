// Builds elements. Text only ever becomes text nodes, so nothing that anybody wrote turns into markup.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "data") {
      Object.assign(element.dataset, value);
    } else if (name === "value" || name === "checked" || name === "selected") {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  append(element, children);
  return element;
}

export function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

const PATHS = {
  hash: "M9 3 7 21M17 3l-2 18M4 8.500h17M3 15.500h17",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  thread: "M4 5h16v11h-9l-4 4v-4H4z",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.500 14a4 4 0 0 0 7 0M9 9.500v.500M15 9.500v.500",
  more: "M5 12h.010M12 12h.010M19 12h.010",
  close: "M6 6l12 12M18 6 6 18",
  pin: "M9 3h6l-1 7 4 3v2H6v-2l4-3zM12 15v6",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  send: "M4 12 20 4l-5 16-3.500-6.500z",
  plus: "M12 5v14M5 12h14",
  menu: "M4 7h16M4 12h16M4 17h16",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.500 1.500M17.500 17.500 19 19M5 19l1.500-1.500M17.500 6.500 19 5",
  moon: "M20 14A8.500 8.500 0 0 1 10 4a8.500 8.500 0 1 0 10 10",
  check: "M5 12.500 10 17 19 7",
  cross: "M7 7l10 10M17 7 7 17",
  circle: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16",
  spinner: "M12 4a8 8 0 1 1-8 8",
  people:
    "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7M3 20a6 6 0 0 1 12 0M16 11a3 3 0 1 0 0-6M17 14a5 5 0 0 1 4 5",
  home: "M4 11 12 4l8 7v9h-5v-6H9v6H4z",
  eye: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12M12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  alert: "M12 4 2.500 20h19zM12 10v4M12 17v.500",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  up: "M7 13V21H4V13zM7 13l4-9c2 0 3 1 2.500 3L13 10h6l-1.500 11H7",
  down: "M7 11V3H4v8zM7 11l4 9c2 0 3-1 2.500-3L13 14h6L17.500 3H7",
};

export function icon(name, label = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name] ?? PATHS.circle);
  svg.append(path);
  return svg;
}

export function safeUrl(text) {
  try {
    const url = new URL(text, location.href);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function link(url, ...children) {
  const href = safeUrl(url);
  if (href === null) return h("span", {}, children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, children);
}

// Puts nodes into a container in order, touching only those that are out of place.
export function arrange(container, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...container.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    const there = container.childNodes[index];
    if (there !== node) container.insertBefore(node, there ?? null);
  });
}
