// Questions, small forms and notices.

import { h, icon } from "./dom.js";
import { mrkdwn, plain } from "./mrkdwn.js";

// Asks what a block's confirm object says; true when the person goes ahead.
export function confirmed(question) {
  const text = question.text.type === "mrkdwn" ? mrkdwn(question.text.text) : plain(question.text.text);
  const style = question.style === "danger" ? "danger" : "primary";
  return new Promise((resolve) => {
    const deny = h(
      "button",
      { type: "button", class: "button", on: { click: () => finish(false) } },
      plain(question.deny.text),
    );
    const go = h(
      "button",
      { type: "button", class: `button ${style}`, on: { click: () => finish(true) } },
      plain(question.confirm.text),
    );
    const dialog = h(
      "dialog",
      { class: "dialog small", "aria-labelledby": "confirm-title" },
      h("h2", { id: "confirm-title" }, plain(question.title.text)),
      h("div", { class: "dialog-body" }, text),
      h("div", { class: "dialog-foot" }, deny, go),
    );
    const finish = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      finish(false);
    });
    document.body.append(dialog);
    dialog.showModal();
    go.focus();
  });
}

// Asks for one line of text; null when the person gives up.
export function asked(title, label, hint) {
  return new Promise((resolve) => {
    const input = h("input", {
      class: "input",
      id: "asked-input",
      type: "text",
      maxlength: 80,
      placeholder: hint,
      required: true,
    });
    const form = h(
      "form",
      { method: "dialog" },
      h("h2", {}, title),
      h("div", { class: "dialog-body" }, h("label", { for: "asked-input", class: "label" }, label), input),
      h(
        "div",
        { class: "dialog-foot" },
        h("button", { type: "button", class: "button", on: { click: () => finish(null) } }, "Cancel"),
        h("button", { type: "submit", class: "button primary" }, "Create"),
      ),
    );
    const dialog = h("dialog", { class: "dialog small", "aria-label": title }, form);
    const finish = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      finish(input.value.trim() || null);
    });
    dialog.addEventListener("cancel", () => finish(null));
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function toast(text) {
  const dismiss = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": "Dismiss", on: { click: () => note.remove() } },
    icon("close"),
  );
  const note = h("div", { class: "toast" }, icon("alert"), h("span", {}, text), dismiss);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), 8000);
}
