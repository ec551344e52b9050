// rich_text blocks: a tree of sections, lists, quotes and code.

import { h, link } from "./dom.js";
import { emojiFor } from "./emoji.js";
import { formatDate } from "./format.js";
import { channelLink, mention } from "./mrkdwn.js";

export function richText(block) {
  return (block.elements ?? []).map(part);
}

function part(element) {
  const inner = () => (element.elements ?? []).flatMap(leaf);
  switch (element.type) {
    case "rich_text_list": {
      const tag = element.style === "ordered" ? "ol" : "ul";
      const start = tag === "ol" && element.offset ? element.offset + 1 : null;
      const items = (element.elements ?? []).map((item) => h("li", {}, (item.elements ?? []).flatMap(leaf)));
      return h(tag, { class: `indent-${Math.min(element.indent ?? 0, 5)}`, start }, items);
    }
    case "rich_text_quote":
      return h("blockquote", {}, inner());
    case "rich_text_preformatted":
      return h("pre", { tabindex: "0" }, h("code", {}, inner()));
    default:
      return h("div", { class: "rich-section" }, inner());
  }
}

function leaf(element) {
  switch (element.type) {
    case "text":
      return [styled(element.text ?? "", element.style)];
    case "link":
      return [styled(link(element.url ?? "", element.text || element.url), element.style)];
    case "user":
      return [mention(element.user_id)];
    case "channel":
      return [channelLink(element.channel_id, null)];
    case "usergroup":
      return [h("span", { class: "mention" }, `@${element.usergroup_id}`)];
    case "broadcast":
      return [h("span", { class: "mention mine" }, `@${element.range}`)];
    case "emoji":
      return [
        h(
          "span",
          { class: "emoji", role: "img", "aria-label": element.name },
          emojiFor(element.name) ?? `:${element.name}:`,
        ),
      ];
    case "date":
      return [
        h(
          "time",
          { title: element.fallback ?? "" },
          formatDate(element.timestamp, element.format ?? "{date}"),
        ),
      ];
    default:
      return [];
  }
}

function styled(content, style = {}) {
  let node = content;
  if (style.code) node = h("code", {}, node);
  if (style.bold) node = h("strong", {}, node);
  if (style.italic) node = h("em", {}, node);
  if (style.strike) node = h("s", {}, node);
  return node instanceof Node ? node : h("span", {}, node);
}
