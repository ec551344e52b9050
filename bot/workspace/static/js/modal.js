// Modals: forms that an app opens.

import { h, icon } from "./dom.js";
import { blocks } from "./blocks.js";
import { plain } from "./mrkdwn.js";
import { act, ask, explain, store } from "./store.js";

let current = null;

export async function refreshModal() {
  showModal((await ask("modal")).view);
}

export function showModal(view) {
  if (!view) {
    current?.dialog.close();
    current?.dialog.remove();
    current = null;
    return;
  }
  if (current?.view.id === view.id && current.view.hash === view.hash) return;
  const held = current?.view.id === view.id ? collect(current.surface) : {};
  const fresh = build(view, held);
  current?.dialog.close();
  current?.dialog.remove();
  document.body.append(fresh.dialog);
  fresh.dialog.showModal();
  fresh.dialog.querySelector(".modal-body input, .modal-body textarea, .modal-body select")?.focus();
  current = fresh;
}

function build(view, held) {
  const surface = viewSurface(view);
  restore(surface, view, held);
  const app = store.apps.find((entry) => entry.app_id === view.app_id);
  const failure = h("div", { class: "modal-failure", role: "alert", hidden: true });
  const submit = view.submit
    ? h("button", { type: "submit", class: "button primary" }, plain(view.submit.text))
    : null;
  const close = h(
    "button",
    { type: "button", class: "button", on: { click: () => cancel(view) } },
    plain(view.close?.text ?? (view.submit ? "Cancel" : "Close")),
  );
  const back = view.previous_view_id
    ? h("span", { class: "quiet" }, "Closing returns to the previous step")
    : null;
  const form = h(
    "form",
    { class: "modal-form", novalidate: true },
    h(
      "header",
      { class: "modal-head" },
      h("h2", { id: "modal-title" }, plain(view.title.text)),
      h("span", { class: "quiet" }, app?.name ?? ""),
      h(
        "button",
        { type: "button", class: "icon-button", "aria-label": "Close", on: { click: () => cancel(view) } },
        icon("close"),
      ),
    ),
    h("div", { class: "modal-body" }, failure, blocks(view.blocks, surface)),
    h("footer", { class: "dialog-foot" }, back, close, submit),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failure.hidden = true;
    for (const show of surface.problems.values()) show(null);
    if (submit) submit.disabled = true;
    const answer = await act("submit", { view_id: view.id, values: collect(surface) });
    if (submit) submit.disabled = false;
    if (!answer.ok) {
      failure.textContent = `We had some trouble connecting. Try again? ${explain(answer.error)}`;
      failure.hidden = false;
    }
    showProblems(surface, answer.errors ?? {});
  });
  const dialog = h("dialog", { class: "dialog modal", "aria-labelledby": "modal-title" }, form);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    cancel(view);
  });
  return { view, surface, dialog };
}

function showProblems(surface, errors) {
  let first = null;
  for (const [blockId, words] of Object.entries(errors)) first ??= surface.problems.get(blockId)?.(words);
  first?.focus();
}

const cancel = (view) => act("close", { view_id: view.id });

// What a view's elements hold, and how they tell the app.
export function viewSurface(view) {
  const surface = {
    values: view.state.values,
    readers: new Map(),
    problems: new Map(),
    use: async (definition, block, value) => {
      const answer = await act("press", {
        view_id: view.id,
        action_id: definition.action_id,
        block_id: block.block_id,
        value,
        values: collect(surface),
      });
      if (!answer.ok) surface.fail?.(explain(answer.error));
    },
    suggest: (definition, block, query) =>
      act("suggest", { view_id: view.id, action_id: definition.action_id, block_id: block.block_id, query }),
  };
  return surface;
}

export function collect(surface) {
  const values = {};
  for (const { block, definition, read } of surface.readers.values())
    (values[block.block_id] ??= {})[definition.action_id] = read();
  return values;
}

// Keeps what was being typed when the app changes the form underneath.
function restore(surface, view, held) {
  surface.values = structuredClone(surface.values);
  for (const block of view.blocks) {
    const definition = block.type === "input" ? block.element : null;
    const typed = definition && held[block.block_id]?.[definition.action_id];
    if (typeof typed === "string" && definition.type.endsWith("_input"))
      (surface.values[block.block_id] ??= {})[definition.action_id] = { type: definition.type, value: typed };
  }
}
