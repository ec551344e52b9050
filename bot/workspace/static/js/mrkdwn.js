// Slack's mrkdwn, turned into nodes.

import { h, link } from "./dom.js";
import { emojiFor } from "./emoji.js";
import { formatDate } from "./format.js";
import { nameOf, store } from "./store.js";

export const unescape = (text) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function mrkdwn(text) {
  const out = [];
  const fence = /```\n?([\s\S]*?)\n?```/g;
  let last = 0;
  for (const match of text.matchAll(fence)) {
    out.push(...quoted(text.slice(last, match.index).replace(/\n$/, "")));
    out.push(h("pre", { tabindex: "0" }, h("code", {}, unescape(bare(match[1])))));
    last = match.index + match[0].length;
    if (text[last] === "\n") last += 1;
  }
  out.push(...quoted(text.slice(last)));
  return out;
}

export function plain(text) {
  return withEmoji(unescape(text));
}

// A link inside code keeps its address and loses its brackets.
const bare = (text) =>
  text.replace(/<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>/g, (_, url, label) => label ?? url);

function quoted(text) {
  if (!text) return [];
  const out = [];
  let quote = [];
  const flush = () => {
    if (quote.length) out.push(h("blockquote", {}, lines(quote)));
    quote = [];
  };
  let running = [];
  const flushRunning = () => {
    if (running.length) out.push(...lines(running));
    running = [];
  };
  for (const line of text.split("\n")) {
    const match = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (match) {
      flushRunning();
      quote.push(match[1]);
    } else {
      flush();
      running.push(line);
    }
  }
  flush();
  flushRunning();
  return out;
}

function lines(all) {
  return all.flatMap((line, index) => (index ? [h("br"), ...inline(line)] : inline(line)));
}

const INLINE =
  /`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*(?=\S)([^*\n]*?\S)\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]*?\S)_(?![\w_])|(?<![\w~])~(?=\S)([^~\n]*?\S)~(?![\w~])/;

function inline(text) {
  const match = INLINE.exec(text);
  if (!match) return plain(text);
  const [whole, code, angle, bold, italic, strike] = match;
  const before = plain(text.slice(0, match.index));
  const after = inline(text.slice(match.index + whole.length));
  return [...before, ...node(whole, code, angle, bold, italic, strike), ...after];
}

function node(whole, code, angle, bold, italic, strike) {
  if (code !== undefined) return [h("code", {}, unescape(bare(code)))];
  if (angle !== undefined) return [reference(angle)];
  if (bold !== undefined) return [h("strong", {}, inline(bold))];
  if (italic !== undefined) return [h("em", {}, inline(italic))];
  if (strike !== undefined) return [h("s", {}, inline(strike))];
  return [whole];
}

function reference(inner) {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? null : inner.slice(bar + 1);
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("#")) return channelLink(target.slice(1), label);
  if (target.startsWith("!")) return special(target.slice(1), label);
  return link(unescape(target), plain(label ?? target.replace(/^mailto:/, "")));
}

export function mention(userId) {
  const mine = userId === store.me ? " mine" : "";
  return h("span", { class: `mention${mine}` }, `@${nameOf(userId)}`);
}

export function channelLink(channelId, label) {
  const known = store.channels.get(channelId);
  const name = known?.name ?? label ?? channelId;
  return h("a", { class: "mention", href: `#${channelId}`, data: { channel: channelId } }, `#${name}`);
}

function special(target, label) {
  const [kind, ...rest] = target.split("^");
  if (kind === "date") {
    const spelled = formatDate(rest[0], rest[1] ?? "{date}");
    return rest[2] ? link(rest[2], spelled) : h("time", { title: label ?? "" }, spelled);
  }
  if (kind === "subteam") return h("span", { class: "mention" }, label ?? `@${rest[0]}`);
  return h("span", { class: "mention mine" }, `@${kind}`);
}

export function withEmoji(text) {
  return text.split(/(:[a-z0-9_+-]+:)/g).map((part) => {
    const symbol = part.length > 2 && part.startsWith(":") ? emojiFor(part.slice(1, -1)) : null;
    return symbol
      ? h("span", { class: "emoji", role: "img", "aria-label": part.slice(1, -1) }, symbol)
      : part;
  });
}
