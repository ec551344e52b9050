// The channel's name, topic, pins and bookmarks.

import { h, icon, link } from "./dom.js";
import { mrkdwn, plain } from "./mrkdwn.js";
import { popup } from "./popup.js";
import { channel, channelTitle, nameOf, store } from "./store.js";

export function drawHeader(root, { openSidebar, goTo }) {
  const entry = channel();
  const menu = h(
    "button",
    {
      type: "button",
      class: "icon-button only-narrow",
      "aria-label": "Open channels",
      on: { click: openSidebar },
    },
    icon("menu"),
  );
  if (!entry) return root.replaceChildren(menu);
  const glyph = entry.is_im ? null : icon(entry.is_private ? "lock" : "hash");
  const topic = entry.topic?.value
    ? h("div", { class: "topic", title: entry.topic.value }, mrkdwn(entry.topic.value))
    : null;
  root.replaceChildren(
    h(
      "div",
      { class: "header-row" },
      menu,
      h(
        "div",
        { class: "header-words" },
        h("h2", { class: "channel-name" }, glyph, h("span", {}, channelTitle(entry))),
        topic,
      ),
      h("div", { class: "header-tools" }, pins(entry, goTo), members(entry)),
    ),
    ...bookmarks(entry),
  );
}

function pins(entry, goTo) {
  if (!entry.pins?.length) return null;
  const opener = h(
    "button",
    { type: "button", class: "chip", "aria-haspopup": "menu" },
    icon("pin"),
    `${entry.pins.length} pinned`,
  );
  opener.addEventListener("click", () =>
    popup(
      opener,
      entry.pins.map((ts) => ({ label: summary(store.messages.get(ts)), run: () => goTo(ts) })),
    ),
  );
  return opener;
}

function summary(message) {
  if (!message) return "A message";
  const words = message.text || message.blocks?.find((block) => block.text)?.text?.text || "A message";
  return words.length > 70 ? `${words.slice(0, 70)}...` : words;
}

function members(entry) {
  if (entry.is_im) return null;
  const opener = h(
    "button",
    {
      type: "button",
      class: "chip",
      "aria-haspopup": "menu",
      "aria-label": `${entry.members.length} members`,
    },
    icon("people"),
    entry.members.length,
  );
  opener.addEventListener("click", () =>
    popup(
      opener,
      entry.members.map((id) => ({
        label: store.users.get(id)?.real_name ?? id,
        detail: `@${nameOf(id)}`,
        run: () => {},
      })),
    ),
  );
  return opener;
}

function bookmarks(entry) {
  if (!entry.bookmarks?.length) return [];
  return [
    h(
      "div",
      { class: "bookmarks", role: "list", "aria-label": "Bookmarks" },
      entry.bookmarks.map((mark) =>
        h(
          "span",
          { role: "listitem" },
          link(mark.link, icon("link"), mark.emoji ? plain(`${mark.emoji} `) : null, mark.title),
        ),
      ),
    ),
  ];
}
