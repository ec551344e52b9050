// The box one writes in: sends messages and commands, and completes names as one types.

import { h, icon } from "./dom.js";
import { emojiFor, emojiNames } from "./emoji.js";
import { toast } from "./dialogs.js";
import { act, channelTitle, explain, nameOf, store } from "./store.js";

export function composer({ id, placeholder, thread = () => null }) {
  const listId = `${id}-list`;
  const box = h("textarea", {
    id,
    class: "composer-box",
    rows: 1,
    placeholder,
    "aria-label": placeholder,
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": listId,
  });
  const list = h("ul", {
    class: "completions",
    id: listId,
    role: "listbox",
    "aria-label": "Suggestions",
    hidden: true,
  });
  const send = h(
    "button",
    {
      type: "button",
      class: "send",
      "aria-label": "Send",
      title: "Send",
      disabled: true,
      on: { click: () => submit() },
    },
    icon("send"),
  );
  const wrap = h(
    "div",
    { class: "composer" },
    list,
    h("div", { class: "composer-row" }, box, send),
    h(
      "div",
      { class: "composer-hint" },
      h("kbd", {}, "Enter"),
      " to send  ",
      h("kbd", {}, "Shift Enter"),
      " for a new line  ",
      h("kbd", {}, "/"),
      " for commands",
    ),
  );
  let offered = [];
  let at = 0;

  function grow() {
    box.style.setProperty("height", "auto");
    box.style.setProperty("height", `${Math.min(box.scrollHeight, 220)}px`);
    send.disabled = !box.value.trim();
  }

  function offer() {
    offered = completions(box.value.slice(0, box.selectionStart));
    at = 0;
    drawOffers();
  }

  function drawOffers() {
    list.replaceChildren(
      ...offered.map((entry, index) =>
        h(
          "li",
          {
            role: "option",
            id: `${listId}-${index}`,
            "aria-selected": String(index === at),
            class: index === at ? "active" : "",
            on: {
              mousedown: (event) => {
                event.preventDefault();
                take(entry);
              },
            },
          },
          h("strong", {}, entry.label),
          entry.hint ? h("span", { class: "usage" }, entry.hint) : null,
          h("span", { class: "quiet" }, entry.detail ?? ""),
        ),
      ),
    );
    list.hidden = !offered.length;
    box.setAttribute("aria-expanded", String(offered.length > 0));
    if (offered.length) box.setAttribute("aria-activedescendant", `${listId}-${at}`);
    else box.removeAttribute("aria-activedescendant");
  }

  function take(entry) {
    const end = box.selectionStart;
    const start = end - entry.typed.length;
    box.value = `${box.value.slice(0, start)}${entry.insert} ${box.value.slice(end)}`;
    const caret = start + entry.insert.length + 1;
    box.setSelectionRange(caret, caret);
    offered = [];
    drawOffers();
    grow();
    box.focus();
  }

  async function submit() {
    const text = box.value.trim();
    if (!text || !store.channelId) return;
    box.value = "";
    offered = [];
    drawOffers();
    grow();
    const verb = /^\/\S/.test(text) ? "command" : "say";
    const place = { channel: store.channelId, text, ...(thread() ? { thread_ts: thread() } : {}) };
    const answer = await act(verb, place);
    if (answer.ok) return;
    if (!box.value) box.value = text;
    grow();
    toast(`Not sent. ${explain(answer.error)}`);
  }

  box.addEventListener("input", () => {
    grow();
    offer();
  });
  box.addEventListener("blur", () => {
    offered = [];
    drawOffers();
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (offered.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length;
      drawOffers();
    } else if (offered.length && (event.key === "Tab" || (event.key === "Enter" && !isWhole(offered[at])))) {
      event.preventDefault();
      take(offered[at]);
    } else if (offered.length && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      offered = [];
      drawOffers();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  });
  return { node: wrap, focus: () => box.focus() };
}

const isWhole = (entry) => entry.typed === entry.insert;

function completions(before) {
  const command = /^\/\S*$/.exec(before);
  if (command) {
    return store.commands
      .filter((entry) => entry.command.startsWith(command[0]))
      .map((entry) => ({
        typed: command[0],
        insert: entry.command,
        label: entry.command,
        hint: entry.usage_hint,
        detail: entry.description,
      }));
  }
  const word = /(?:^|\s)([@#:])([\w.-]*)$/.exec(before);
  if (!word) return [];
  const [, sign, start] = word;
  const typed = sign + start;
  if (sign === "@") {
    return [...store.users.values()]
      .filter((user) => user.id !== "USLACKBOT" && user.name.startsWith(start))
      .slice(0, 8)
      .map((user) => ({
        typed,
        insert: `@${user.name}`,
        label: `@${nameOf(user.id)}`,
        detail: user.real_name,
      }));
  }
  if (sign === "#") {
    return [...store.channels.values()]
      .filter((entry) => !entry.is_im && entry.name.startsWith(start))
      .slice(0, 8)
      .map((entry) => ({
        typed,
        insert: `#${entry.name}`,
        label: `#${channelTitle(entry)}`,
        detail: entry.topic.value,
      }));
  }
  if (start.length < 2) return [];
  return emojiNames(start).map((name) => ({
    typed,
    insert: `:${name}:`,
    label: `${emojiFor(name)}  :${name}:`,
  }));
}
