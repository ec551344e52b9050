// The channels, the apps, and who one is.

import { h, icon } from "./dom.js";
import { asked, toast } from "./dialogs.js";
import { avatar } from "./format.js";
import { popup } from "./popup.js";
import { toggleTheme, themeIsDark } from "./theme.js";
import { act, channelTitle, explain, nameOf, store, user } from "./store.js";

export function drawSidebar(root, { openChannel, openHome, switchPerson }) {
  const entries = [...store.channels.values()];
  const rooms = entries
    .filter((entry) => !entry.is_im && !entry.is_archived)
    .sort((a, b) => a.name.localeCompare(b.name));
  const direct = entries.filter(
    (entry) =>
      entry.is_im &&
      entry.user !== store.me &&
      user(entry.user) &&
      (entry.has_messages || entry.id === store.channelId),
  );
  const archived = entries.filter((entry) => entry.is_archived);
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const scrolled = root.querySelector(".sidebar-scroll")?.scrollTop ?? 0;
  root.replaceChildren(
    h(
      "div",
      { class: "team" },
      h("span", { class: "team-mark", "aria-hidden": "true" }),
      h("h1", {}, store.team.name),
    ),
    h(
      "div",
      { class: "sidebar-scroll" },
      group(
        "Channels",
        rooms.map((entry) => row(entry, openChannel)),
        h(
          "button",
          {
            type: "button",
            class: "icon-button",
            "aria-label": "Create a channel",
            title: "Create a channel",
            data: { key: "create" },
            on: { click: () => create(openChannel) },
          },
          icon("plus"),
        ),
      ),
      group(
        "Direct messages",
        direct.map((entry) => row(entry, openChannel)),
      ),
      group(
        "Apps",
        store.apps.map((app) => appRow(app, openHome)),
      ),
      archived.length
        ? group(
            "Archived",
            archived.map((entry) => row(entry, openChannel)),
          )
        : null,
    ),
    person(switchPerson),
  );
  root.querySelector(".sidebar-scroll").scrollTop = scrolled;
  if (focused) root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function group(title, rows, extra = null) {
  if (!rows.length && !extra) return null;
  return h(
    "section",
    { class: "group" },
    h("div", { class: "group-head" }, h("h2", {}, title), extra),
    h("ul", {}, rows),
  );
}

function row(entry, openChannel) {
  const active = store.channelId === entry.id && !store.appId;
  const classes = [
    "row",
    active && "active",
    entry.unread && !active && "unread",
    !entry.is_member && !entry.is_im && "outside",
  ]
    .filter(Boolean)
    .join(" ");
  const glyph = entry.is_im ? avatar(entry.user, { small: true }) : icon(entry.is_private ? "lock" : "hash");
  const badge =
    entry.unread && !active
      ? h(
          "span",
          { class: `count${entry.mentions ? " mention-count" : ""}`, "aria-label": `${entry.unread} unread` },
          entry.unread > 99 ? "99+" : entry.unread,
        )
      : null;
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: classes,
        "aria-current": active ? "page" : null,
        data: { key: entry.id },
        on: { click: () => openChannel(entry.id) },
      },
      glyph,
      h("span", { class: "row-name" }, channelTitle(entry)),
      badge,
    ),
  );
}

function appRow(app, openHome) {
  const active = store.appId === app.app_id;
  const state = app.connected ? "connected" : "not connected";
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: `row${active ? " active" : ""}`,
        "aria-current": active ? "page" : null,
        data: { key: app.app_id },
        on: { click: () => openHome(app.app_id) },
      },
      avatar(app.bot_user_id, { small: true }),
      h("span", { class: "row-name" }, app.name),
      h("span", {
        class: `presence ${app.connected ? "on" : "off"}`,
        role: "img",
        "aria-label": state,
        title: state,
      }),
    ),
  );
}

function person(switchPerson) {
  const opener = h(
    "button",
    {
      type: "button",
      class: "me",
      "aria-haspopup": "menu",
      "aria-label": `Acting as ${nameOf(store.me)}. Act as someone else`,
      data: { key: "me" },
    },
    avatar(store.me),
    h(
      "span",
      { class: "me-words" },
      h("strong", {}, user(store.me)?.real_name ?? store.me),
      h("span", {}, "Act as someone else"),
    ),
  );
  opener.addEventListener("click", () =>
    popup(
      opener,
      store.people.map((entry) => ({
        label: entry.real_name,
        detail: `@${entry.name}`,
        run: () => switchPerson(entry.id),
      })),
    ),
  );
  const label = themeIsDark() ? "Use the light theme" : "Use the dark theme";
  const theme = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, data: { key: "theme" } },
    icon(themeIsDark() ? "sun" : "moon"),
  );
  theme.addEventListener("click", () => {
    toggleTheme();
    const next = themeIsDark() ? "Use the light theme" : "Use the dark theme";
    theme.setAttribute("aria-label", next);
    theme.title = next;
    theme.replaceChildren(icon(themeIsDark() ? "sun" : "moon"));
  });
  return h("div", { class: "sidebar-foot" }, opener, theme);
}

async function create(openChannel) {
  const name = await asked("Create a channel", "Name", "inc-checkout-errors");
  if (!name) return;
  const answer = await act("create_channel", { name });
  if (answer.ok) openChannel(answer.channel);
  else toast(`The channel was not created. ${explain(answer.error)}`);
}
