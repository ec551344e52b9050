// Interactive elements. Each control knows how to say what it holds; a surface knows whom to tell.

import { h, icon, safeUrl } from "./dom.js";
import { confirmed } from "./dialogs.js";
import { popup } from "./popup.js";
import { plain } from "./mrkdwn.js";
import { channelTitle, nameOf, store } from "./store.js";

const textOf = (object) => object?.text ?? "";

export function element(definition, block, surface, isInput = false) {
  const build = CONTROLS[definition.type];
  if (!build) return h("span", { class: "unsupported" }, `${definition.type} is not shown here`);
  const held = surface.values?.[block.block_id]?.[definition.action_id];
  const { node, read } = build(definition, held, (value) => changed(value), surface, block);
  if (read) surface.readers?.set(`${block.block_id} ${definition.action_id}`, { block, definition, read });
  const control = focusable(node);
  control.dataset.key = `${block.block_id}/${definition.action_id}`;
  async function changed(value) {
    if (isInput && !block.dispatch_action) return;
    if (definition.confirm && !(await confirmed(definition.confirm))) return;
    control.classList.add("busy");
    control.setAttribute("aria-busy", "true");
    await surface.use(definition, block, value);
    control.classList.remove("busy");
    control.removeAttribute("aria-busy");
  }
  return node;
}

const focusable = (node) =>
  node.matches("button, input, select, textarea")
    ? node
    : (node.querySelector("button, input, select, textarea") ?? node);

const CONTROLS = {
  button,
  icon_button: iconButton,
  feedback_buttons: feedback,
  overflow,
  static_select: staticSelect,
  external_select: externalSelect,
  users_select: (d, held, use) => idSelect(d, held?.selected_user ?? d.initial_user, use, people()),
  channels_select: (d, held, use) =>
    idSelect(d, held?.selected_channel ?? d.initial_channel, use, channels(false)),
  conversations_select: (d, held, use) =>
    idSelect(d, held?.selected_conversation ?? d.initial_conversation, use, channels(true)),
  multi_static_select: (d, held, use) =>
    many(d, valuesOf(held?.selected_options ?? d.initial_options), use, flatOptions(d)),
  multi_users_select: (d, held, use) => many(d, held?.selected_users ?? d.initial_users ?? [], use, people()),
  multi_channels_select: (d, held, use) =>
    many(d, held?.selected_channels ?? d.initial_channels ?? [], use, channels(false)),
  multi_conversations_select: (d, held, use) =>
    many(d, held?.selected_conversations ?? d.initial_conversations ?? [], use, channels(true)),
  checkboxes: (d, held, use) =>
    choices(d, valuesOf(held?.selected_options ?? d.initial_options), use, "checkbox"),
  radio_buttons: (d, held, use) =>
    choices(d, valuesOf([held?.selected_option ?? d.initial_option]), use, "radio"),
  datepicker: (d, held, use) => typed(d, "date", held?.selected_date ?? d.initial_date, use),
  timepicker: (d, held, use) => typed(d, "time", held?.selected_time ?? d.initial_time, use),
  datetimepicker: moment,
  plain_text_input: textInput,
  email_text_input: (d, held, use) => typed(d, "email", held?.value ?? d.initial_value, use),
  url_text_input: (d, held, use) => typed(d, "url", held?.value ?? d.initial_value, use),
  number_input: (d, held, use) =>
    typed(d, "number", held?.value ?? d.initial_value, use, {
      step: d.is_decimal_allowed ? "any" : 1,
      min: d.min_value,
      max: d.max_value,
    }),
};

function button(definition, _held, use) {
  const style = definition.style ? ` ${definition.style}` : "";
  const url = definition.url && safeUrl(definition.url);
  const press = () => {
    if (url) window.open(url, "_blank", "noopener,noreferrer");
    use(null);
  };
  const label = definition.accessibility_label ?? null;
  return {
    node: h(
      "button",
      { type: "button", class: `button${style}`, "aria-label": label, on: { click: press } },
      plain(textOf(definition.text)),
    ),
  };
}

function iconButton(definition, _held, use) {
  const label = definition.accessibility_label ?? textOf(definition.text);
  const glyph = definition.icon === "trash" ? "cross" : "circle";
  return {
    node: h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": label,
        title: label,
        on: { click: () => use(null) },
      },
      icon(glyph),
    ),
  };
}

function feedback(definition, _held, use) {
  const side = (name, glyph) => {
    const half = definition[`${name}_button`];
    const label = half.accessibility_label ?? textOf(half.text);
    return h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": label,
        title: label,
        on: { click: () => use(name) },
      },
      icon(glyph),
    );
  };
  return { node: h("span", { class: "feedback" }, side("positive", "up"), side("negative", "down")) };
}

function overflow(definition, _held, use) {
  const opener = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": "More actions", "aria-haspopup": "menu" },
    icon("more"),
  );
  opener.addEventListener("click", () => {
    popup(
      opener,
      definition.options.map((option) => ({
        label: textOf(option.text),
        detail: textOf(option.description),
        run: () => {
          const url = option.url && safeUrl(option.url);
          if (url) window.open(url, "_blank", "noopener,noreferrer");
          use(option.value);
        },
      })),
    );
  });
  return { node: opener };
}

const option = (value, text, chosen) => h("option", { value, selected: value === chosen }, text);
const valuesOf = (options) => (options ?? []).filter(Boolean).map((entry) => entry.value);
const people = () =>
  [...store.users.values()]
    .filter((user) => user.id !== "USLACKBOT")
    .map((user) => [user.id, `@${nameOf(user.id)}`]);
const channels = (withDirect) =>
  [...store.channels.values()]
    .filter((entry) => withDirect || !entry.is_im)
    .map((entry) => [entry.id, entry.is_im ? channelTitle(entry) : `#${entry.name}`]);
const flatOptions = (definition) =>
  [...(definition.options ?? []), ...(definition.option_groups ?? []).flatMap((group) => group.options)].map(
    (entry) => [entry.value, textOf(entry.text)],
  );

function staticSelect(definition, held, use) {
  const chosen = (held?.selected_option ?? definition.initial_option)?.value ?? "";
  const groups = (definition.option_groups ?? []).map((group) =>
    h(
      "optgroup",
      { label: textOf(group.label) },
      group.options.map((entry) => option(entry.value, textOf(entry.text), chosen)),
    ),
  );
  const flat = (definition.options ?? []).map((entry) => option(entry.value, textOf(entry.text), chosen));
  return select(definition, chosen, use, [...flat, ...groups]);
}

function idSelect(definition, chosen, use, entries) {
  return select(
    definition,
    chosen ?? "",
    use,
    entries.map(([id, text]) => option(id, text, chosen)),
  );
}

function select(definition, chosen, use, options) {
  const hint = textOf(definition.placeholder) || "Choose";
  const first = h("option", { value: "", disabled: true, hidden: true, selected: !chosen }, hint);
  const node = h(
    "select",
    { class: "select", "aria-label": hint, on: { change: () => use(node.value) } },
    first,
    options,
  );
  node.value = chosen;
  return { node, read: () => node.value };
}

function externalSelect(definition, held, use, surface, block) {
  let chosen = held?.selected_option ?? definition.initial_option ?? null;
  const listId = `list-${block.block_id}-${definition.action_id}`.replace(/\W/g, "-");
  const list = h("ul", { class: "listbox", role: "listbox", id: listId, hidden: true });
  const input = h("input", {
    class: "input",
    type: "text",
    role: "combobox",
    autocomplete: "off",
    "aria-expanded": "false",
    "aria-controls": listId,
    placeholder: textOf(definition.placeholder) || "Type to search",
    value: textOf(chosen?.text),
  });
  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
  };
  const choose = (entry) => {
    chosen = entry;
    input.value = textOf(entry.text);
    show(false);
    use(entry);
  };
  input.addEventListener("input", async () => {
    const query = input.value;
    if (query.length < (definition.min_query_length ?? 3)) return show(false);
    const answer = await surface.suggest(definition, block, query);
    if (query !== input.value) return;
    const offered = [
      ...(answer.options ?? []),
      ...(answer.option_groups ?? []).flatMap((group) => group.options),
    ];
    const rows = offered.map((entry) =>
      h(
        "li",
        {},
        h(
          "button",
          { type: "button", role: "option", on: { click: () => choose(entry) } },
          textOf(entry.text),
        ),
      ),
    );
    list.replaceChildren(
      ...(rows.length
        ? rows
        : [h("li", { class: "quiet" }, answer.ok === false ? "The app did not answer." : "No results")]),
    );
    show(true);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    } else if (event.key === "ArrowDown" && !list.hidden) {
      event.preventDefault();
      list.querySelector("button")?.focus();
    }
  });
  return { node: h("span", { class: "combobox" }, input, list), read: () => chosen };
}

function many(definition, chosen, use, entries) {
  const picked = new Set(chosen);
  const summary = h("span", {});
  const opener = h(
    "button",
    { type: "button", class: "select as-button", "aria-haspopup": "true", "aria-expanded": "false" },
    summary,
  );
  const describe = () => {
    const names = entries.filter(([value]) => picked.has(value)).map(([, text]) => text);
    summary.textContent = names.join(", ") || textOf(definition.placeholder) || "Choose";
  };
  const boxes = entries.map(([value, text]) => {
    const box = h("input", {
      type: "checkbox",
      checked: picked.has(value),
      on: { change: () => toggle(value, box.checked) },
    });
    return h("label", { class: "choice" }, box, h("span", {}, text));
  });
  const sheet = h("div", { class: "listbox", hidden: true }, boxes);
  const toggle = (value, on) => {
    if (on) picked.add(value);
    else picked.delete(value);
    describe();
    use([...picked]);
  };
  opener.addEventListener("click", () => {
    sheet.hidden = !sheet.hidden;
    opener.setAttribute("aria-expanded", String(!sheet.hidden));
  });
  describe();
  return { node: h("span", { class: "combobox" }, opener, sheet), read: () => [...picked] };
}

let groups = 0;

function choices(definition, chosen, use, type) {
  const name = `choice-${(groups += 1)}`;
  const boxes = definition.options.map((entry) =>
    h("input", { type, name, value: entry.value, checked: chosen.includes(entry.value) }),
  );
  const picked = () => boxes.filter((box) => box.checked).map((box) => box.value);
  const read = () => (type === "radio" ? (picked()[0] ?? null) : picked());
  const rows = definition.options.map((entry, index) => {
    boxes[index].addEventListener("change", () => use(read()));
    const detail = entry.description ? h("span", { class: "quiet" }, plain(textOf(entry.description))) : null;
    return h("label", { class: "choice" }, boxes[index], h("span", {}, plain(textOf(entry.text)), detail));
  });
  return {
    node: h("div", { class: "choices", role: type === "radio" ? "radiogroup" : "group" }, rows),
    read,
  };
}

function typed(definition, type, held, use, extra = {}) {
  const node = h("input", {
    class: "input",
    type,
    value: held ?? "",
    placeholder: textOf(definition.placeholder) || null,
    ...extra,
  });
  node.addEventListener("change", () => use(node.value));
  return { node, read: () => node.value };
}

function moment(definition, held, use) {
  const seconds = held?.selected_date_time ?? definition.initial_date_time;
  const local = (at) =>
    new Date(at * 1000 - new Date(at * 1000).getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  const node = h("input", { class: "input", type: "datetime-local", value: seconds ? local(seconds) : "" });
  const read = () => (node.value ? Math.floor(new Date(node.value).getTime() / 1000) : null);
  node.addEventListener("change", () => use(read()));
  return { node, read };
}

function textInput(definition, held, use) {
  const tag = definition.multiline ? "textarea" : "input";
  const attributes = {
    class: "input",
    placeholder: textOf(definition.placeholder) || null,
    maxlength: definition.max_length ?? 3000,
    rows: definition.multiline ? 5 : null,
  };
  const node = h(tag, { ...attributes, value: held?.value ?? definition.initial_value ?? "" });
  const onTyping = definition.dispatch_action_config?.trigger_actions_on?.includes("on_character_entered");
  node.addEventListener(onTyping ? "input" : "keydown", (event) => {
    if (onTyping || (event.key === "Enter" && !definition.multiline)) use(node.value);
  });
  return { node, read: () => node.value };
}
