// Standard Markdown, as the markdown block carries it, turned into nodes.

import { h, link } from "./dom.js";
import { withEmoji } from "./mrkdwn.js";

export function markdown(text) {
  const out = [];
  const rows = text.split("\n");
  let at = 0;
  while (at < rows.length) {
    const reader = READERS.find(([begins]) => begins(rows, at)) ?? READERS.at(-1);
    const [node, next] = reader[1](rows, at);
    if (node) out.push(node);
    at = next;
  }
  return out;
}

const FENCE = /^\s*(```|~~~)/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s*([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(.*)$/;
const QUOTE = /^\s*>\s?(.*)$/;
const DIVIDER = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

const READERS = [
  [(rows, at) => !rows[at].trim(), (rows, at) => [null, at + 1]],
  [(rows, at) => FENCE.test(rows[at]), fence],
  [(rows, at) => HEADING.test(rows[at]), heading],
  [(rows, at) => RULE.test(rows[at]), (rows, at) => [h("hr"), at + 1]],
  [(rows, at) => QUOTE.test(rows[at]), quote],
  [(rows, at) => ITEM.test(rows[at]), list],
  [(rows, at) => rows[at].includes("|") && DIVIDER.test(rows[at + 1] ?? ""), table],
  [() => true, paragraph],
];

function fence(rows, at) {
  const mark = FENCE.exec(rows[at])[1];
  let end = at + 1;
  while (end < rows.length && !rows[end].trim().startsWith(mark)) end += 1;
  return [h("pre", { tabindex: "0" }, h("code", {}, rows.slice(at + 1, end).join("\n"))), end + 1];
}

function heading(rows, at) {
  const [, marks, text] = HEADING.exec(rows[at]);
  return [h(`h${Math.min(marks.length + 2, 6)}`, { class: `md-h${marks.length}` }, inline(text)), at + 1];
}

function quote(rows, at) {
  let end = at;
  const inner = [];
  while (end < rows.length && QUOTE.test(rows[end])) inner.push(QUOTE.exec(rows[end++])[1]);
  return [h("blockquote", {}, markdown(inner.join("\n"))), end];
}

function list(rows, at) {
  const [, indent, number] = ITEM.exec(rows[at]);
  const items = [];
  let end = at;
  while (end < rows.length) {
    const match = ITEM.exec(rows[end]);
    const depth = match ? match[1].length : /^\s*/.exec(rows[end])[0].length;
    if (match && depth <= indent.length) {
      if (depth < indent.length || Boolean(match[2]) !== Boolean(number)) break;
      items.push([match[3]]);
    } else if (rows[end].trim() && depth > indent.length) {
      items.at(-1).push(rows[end].slice(Math.min(depth, indent.length + 2)));
    } else {
      break;
    }
    end += 1;
  }
  const nodes = items.map(([first, ...rest]) =>
    h("li", {}, task(first), rest.length ? markdown(rest.join("\n")) : null),
  );
  return [h(number ? "ol" : "ul", number ? { start: number } : {}, nodes), end];
}

function task(text) {
  const match = /^\[([ xX])\]\s+(.*)$/.exec(text);
  if (!match) return inline(text);
  const box = h("input", {
    type: "checkbox",
    disabled: true,
    checked: match[1] !== " ",
    "aria-label": "task",
  });
  return [box, " ", ...inline(match[2])];
}

function table(rows, at) {
  const cells = (row) =>
    row
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|")
      .map((cell) => cell.trim());
  const head = h(
    "tr",
    {},
    cells(rows[at]).map((cell) => h("th", { scope: "col" }, inline(cell))),
  );
  const body = [];
  let end = at + 2;
  while (end < rows.length && rows[end].includes("|")) {
    body.push(
      h(
        "tr",
        {},
        cells(rows[end]).map((cell) => h("td", {}, inline(cell))),
      ),
    );
    end += 1;
  }
  return [h("div", { class: "table-wrap" }, h("table", {}, h("thead", {}, head), h("tbody", {}, body))), end];
}

function paragraph(rows, at) {
  let end = at + 1;
  while (end < rows.length && READERS.findIndex(([begins]) => begins(rows, end)) === READERS.length - 1)
    end += 1;
  const shown = rows
    .slice(at, end)
    .flatMap((row, index) => (index ? [h("br"), ...inline(row)] : inline(row)));
  return [h("p", {}, shown), end];
}

const INLINE =
  /`([^`]+)`|!?\[([^\]]*)\]\(([^)\s]+)[^)]*\)|\*\*(?=\S)(.+?)\*\*|__(?=\S)(.+?)__|~~(.+?)~~|(?<![\w*])\*(?=\S)([^*]+?)\*(?![\w*])|(?<![\w_])_(?=\S)([^_]+?)_(?![\w_])|(https?:\/\/[^\s<>)]+)/;

function inline(text) {
  const match = INLINE.exec(text);
  if (!match) return withEmoji(text);
  const [whole, code, label, url, bold, bold2, strike, italic, italic2, address] = match;
  let node;
  if (code !== undefined) node = h("code", {}, code);
  else if (url !== undefined) node = link(url, inline(label));
  else if (bold ?? bold2) node = h("strong", {}, inline(bold ?? bold2));
  else if (strike) node = h("s", {}, inline(strike));
  else if (italic ?? italic2) node = h("em", {}, inline(italic ?? italic2));
  else node = link(address, address);
  return [...withEmoji(text.slice(0, match.index)), node, ...inline(text.slice(match.index + whole.length))];
}
