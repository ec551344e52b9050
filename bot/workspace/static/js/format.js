// Times, initials and colours.

import { h } from "./dom.js";
import { emojiFor } from "./emoji.js";
import { user } from "./store.js";

const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const full = new Intl.DateTimeFormat([], { dateStyle: "full", timeStyle: "medium" });
const day = new Intl.DateTimeFormat([], { weekday: "long", month: "long", day: "numeric" });

const date = (ts) => new Date(Number(ts) * 1000);
export const timeOf = (ts) => clock.format(date(ts));
export const momentOf = (ts) => full.format(date(ts));

export function dayOf(ts) {
  const then = date(ts).toDateString();
  const now = new Date();
  if (then === now.toDateString()) return "Today";
  now.setDate(now.getDate() - 1);
  return then === now.toDateString() ? "Yesterday" : day.format(date(ts));
}

export function timeTag(ts, className = "time") {
  return h("time", { class: className, datetime: date(ts).toISOString(), title: momentOf(ts) }, timeOf(ts));
}

// Slack's <!date^seconds^format|fallback>, for the formats that people use.
export function formatDate(seconds, pattern) {
  const then = new Date(Number(seconds) * 1000);
  const spelled = {
    date: { dateStyle: "long" },
    date_short: { dateStyle: "medium" },
    date_long: { dateStyle: "full" },
    date_num: { dateStyle: "short" },
    date_pretty: { dateStyle: "long" },
    date_short_pretty: { dateStyle: "medium" },
    time: { timeStyle: "short" },
    time_secs: { timeStyle: "medium" },
  };
  return pattern.replace(/\{(\w+)\}/g, (whole, name) =>
    spelled[name] ? new Intl.DateTimeFormat([], spelled[name]).format(then) : whole,
  );
}

export function initials(name) {
  const words = name.split(/[\s_-]+/).filter(Boolean);
  const letters = words.length > 1 ? words[0][0] + words[1][0] : name.slice(0, 2);
  return letters.toUpperCase();
}

function hueOf(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) % 12;
  return sum;
}

export function avatar(userId, { small = false, name = "", emoji = "" } = {}) {
  const shown = name || user(userId)?.real_name || userId;
  const symbol = emoji && emojiFor(emoji.replaceAll(":", ""));
  const classes = `avatar hue-${hueOf(userId)}${small ? " small" : ""}${user(userId)?.is_bot ? " bot" : ""}`;
  return h("span", { class: classes, "aria-hidden": "true" }, symbol || initials(shown));
}
