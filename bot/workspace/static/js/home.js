// An app's own place: its home tab, its shortcuts, and a way to write to it.

import { h, icon } from "./dom.js";
import { blocks } from "./blocks.js";
import { toast } from "./dialogs.js";
import { viewSurface } from "./modal.js";
import { act, explain } from "./store.js";

export function drawHomeHeader(root, app, { openSidebar, write }) {
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
  const message = h("button", { type: "button", class: "button", on: { click: write } }, "Message");
  root.replaceChildren(
    h(
      "div",
      { class: "header-row" },
      menu,
      h(
        "div",
        { class: "header-words" },
        h("h2", { class: "channel-name" }, app.name),
        h("div", { class: "topic" }, app.description),
      ),
      h("div", { class: "header-tools" }, ...globalShortcuts(app), message),
    ),
  );
}

function globalShortcuts(app) {
  return app.shortcuts
    .filter((entry) => entry.type === "global")
    .map((entry) =>
      h(
        "button",
        {
          type: "button",
          class: "button",
          on: {
            click: async () => {
              const answer = await act("shortcut", { callback_id: entry.callback_id });
              if (!answer.ok) toast(explain(answer.error));
            },
          },
        },
        icon("bolt"),
        entry.name,
      ),
    );
}

export function drawHome(root, view) {
  const surface = view ? viewSurface(view) : null;
  if (surface) surface.fail = (words) => toast(words);
  root.replaceChildren(
    h(
      "div",
      { class: "home-body" },
      view
        ? blocks(view.blocks, surface)
        : h("p", { class: "quiet empty" }, "This app has not published a home tab yet."),
    ),
  );
}
