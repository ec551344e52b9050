// Block Kit, turned into nodes.

import { h, icon, link } from "./dom.js";
import { element } from "./elements.js";
import { markdown } from "./markdown.js";
import { mrkdwn, plain } from "./mrkdwn.js";
import { richText } from "./richtext.js";

export function blocks(list, surface) {
  return (list ?? []).map((block) => {
    const draw = BLOCKS[block.type];
    if (!draw) return h("div", { class: "unsupported" }, `A ${block.type} block is not shown here.`);
    return draw(block, surface);
  });
}

const text = (object) => (object.type === "mrkdwn" ? mrkdwn(object.text) : plain(object.text));

const BLOCKS = {
  header: (block) => h("h3", { class: "b-header" }, plain(block.text.text)),
  divider: () => h("hr", { class: "b-divider" }),
  section,
  context,
  actions: (block, surface) =>
    h(
      "div",
      { class: "b-actions" },
      block.elements.map((entry) => element(entry, block, surface)),
    ),
  context_actions: (block, surface) =>
    h(
      "div",
      { class: "b-actions" },
      block.elements.map((entry) => element(entry, block, surface)),
    ),
  image,
  input,
  markdown: (block) => h("div", { class: "b-markdown" }, markdown(block.text)),
  rich_text: (block) => h("div", { class: "b-rich" }, richText(block)),
  table,
  plan,
  task_card: (block) => h("div", { class: "b-plan" }, h("ul", { class: "tasks" }, task(block))),
  alert: (block) =>
    h(
      "div",
      { class: `b-alert ${block.level ?? "default"}`, role: "note" },
      icon("alert"),
      h("div", {}, text(block.text)),
    ),
};

function section(block, surface) {
  const fields = block.fields
    ? h(
        "div",
        { class: "b-fields" },
        block.fields.map((field) => h("div", { class: "b-field" }, text(field))),
      )
    : null;
  const words = block.text ? h("div", { class: "b-text" }, text(block.text)) : null;
  return h(
    "div",
    { class: "b-section" },
    h("div", { class: "b-main" }, words, fields),
    accessory(block, surface),
  );
}

function accessory(block, surface) {
  if (!block.accessory) return null;
  if (block.accessory.type === "image")
    return h("img", {
      class: "b-thumb",
      src: source(block.accessory),
      alt: block.accessory.alt_text,
      loading: "lazy",
    });
  return h("div", { class: "b-accessory" }, element(block.accessory, block, surface));
}

function context(block) {
  const parts = block.elements.map((entry) =>
    entry.type === "image"
      ? h("img", { class: "b-icon", src: source(entry), alt: entry.alt_text, title: entry.alt_text })
      : h("span", {}, text(entry)),
  );
  return h("div", { class: "b-context" }, parts);
}

function source(entry) {
  if (entry.image_url) return /^https?:|^\//.test(entry.image_url) ? entry.image_url : "";
  return entry.slack_file?.url ?? `/workspace/files/${encodeURIComponent(entry.slack_file?.id ?? "")}`;
}

function image(block) {
  const title = block.title ? h("figcaption", {}, plain(block.title.text)) : null;
  const picture = h("img", { src: source(block), alt: block.alt_text, loading: "lazy" });
  return h("figure", { class: "b-image" }, title, link(source(block), picture));
}

let inputs = 0;

function input(block, surface) {
  const id = `input-${(inputs += 1)}`;
  const control = element(block.element, block, surface, true);
  const isGroup = control.classList.contains("choices");
  const field = control.matches("input, select, textarea") ? control : control.querySelector("input, button");
  if (isGroup) control.setAttribute("aria-labelledby", `${id}-label`);
  else if (field) field.id = id;
  // The block's label names the field, not its placeholder.
  field?.removeAttribute("aria-label");
  const problem = h("div", { class: "problem", id: `${id}-problem`, role: "alert", hidden: true });
  const hint = block.hint ? h("div", { class: "hint", id: `${id}-hint` }, plain(block.hint.text)) : null;
  field?.setAttribute("aria-describedby", `${hint ? `${id}-hint ` : ""}${id}-problem`);
  const optional = block.optional ? h("span", { class: "quiet" }, " (optional)") : null;
  const label = h(
    isGroup ? "div" : "label",
    { class: "label", id: `${id}-label`, for: isGroup ? null : id },
    plain(block.label.text),
    optional,
  );
  surface.problems?.set(block.block_id, (words) => {
    problem.hidden = !words;
    problem.textContent = words ?? "";
    wrapper.classList.toggle("wrong", Boolean(words));
    field?.toggleAttribute("aria-invalid", Boolean(words));
    if (words) field?.setAttribute("aria-invalid", "true");
    return field;
  });
  const wrapper = h("div", { class: "b-input" }, label, control, problem, hint);
  return wrapper;
}

function table(block) {
  const settings = block.column_settings ?? [];
  const cell = (entry, column, tag) => {
    const number = entry.type === "raw_number";
    const content =
      entry.type === "rich_text"
        ? richText(entry)
        : withText(number ? (entry.text ?? entry.value ?? "") : entry.text);
    const align = settings[column]?.align ?? (number ? "right" : "left");
    return h(
      tag,
      {
        class: `align-${align}${settings[column]?.is_wrapped ? " wrap" : ""}`,
        scope: tag === "th" ? "col" : null,
      },
      content,
    );
  };
  const [head, ...body] = block.rows;
  const rows = body.map((row) =>
    h(
      "tr",
      {},
      row.map((entry, column) => cell(entry, column, "td")),
    ),
  );
  return h(
    "div",
    { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((entry, column) => cell(entry, column, "th")),
        ),
      ),
      h("tbody", {}, rows),
    ),
  );
}

const withText = (value) => plain(String(value ?? ""));

function plan(block) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((entry) => entry.status === "complete").length;
  const count = tasks.length ? h("span", { class: "quiet" }, `${done} of ${tasks.length} done`) : null;
  return h(
    "div",
    { class: "b-plan" },
    h("div", { class: "plan-title" }, h("strong", {}, plain(block.title)), count),
    h("ul", { class: "tasks" }, tasks.map(task)),
  );
}

const TASK_ICONS = {
  complete: ["check", "Complete"],
  in_progress: ["spinner", "In progress"],
  error: ["cross", "Failed"],
  pending: ["circle", "Pending"],
};

function task(entry) {
  const status = entry.status ?? "pending";
  const [glyph, label] = TASK_ICONS[status] ?? TASK_ICONS.pending;
  const sources = (entry.sources ?? []).map((item) => link(item.url ?? "", item.text ?? item.url));
  const inner = [entry.details, entry.output]
    .filter(Boolean)
    .map((part) => h("div", { class: "task-detail" }, richText(part)));
  const body =
    inner.length || sources.length
      ? h(
          "div",
          { class: "task-body" },
          inner,
          sources.length ? h("div", { class: "task-sources" }, sources) : null,
        )
      : null;
  return h(
    "li",
    { class: `task ${status}` },
    icon(glyph, label),
    h("div", {}, h("span", { class: "task-title" }, plain(entry.title)), body),
  );
}
