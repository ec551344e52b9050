// A small menu beside the button that opened it.

import { h } from "./dom.js";

let open = null;

export function popup(opener, entries) {
  close();
  const items = entries.map((entry) =>
    h(
      "button",
      {
        type: "button",
        role: "menuitem",
        class: `menu-item${entry.danger ? " danger" : ""}`,
        on: { click: () => pick(entry) },
      },
      h("span", {}, entry.label),
      entry.detail ? h("span", { class: "quiet" }, entry.detail) : null,
    ),
  );
  const menu = h("div", { class: "menu", role: "menu" }, items);
  (opener.closest("dialog") ?? document.body).append(menu);
  place(menu, opener);
  open = { menu, opener };
  opener.setAttribute("aria-expanded", "true");
  items[0]?.focus();
  menu.addEventListener("keydown", (event) => move(event, items));
  setTimeout(() => document.addEventListener("pointerdown", outside), 0);
}

export function close({ refocus = false } = {}) {
  if (!open) return;
  open.menu.remove();
  open.opener.removeAttribute("aria-expanded");
  if (refocus) open.opener.focus();
  open = null;
  document.removeEventListener("pointerdown", outside);
}

function pick(entry) {
  close({ refocus: true });
  entry.run();
}

function outside(event) {
  if (open && !open.menu.contains(event.target)) close();
}

function place(menu, opener) {
  const box = opener.getBoundingClientRect();
  const left = Math.min(box.left, innerWidth - menu.offsetWidth - 12);
  const below = box.bottom + menu.offsetHeight + 8 < innerHeight;
  menu.style.setProperty("left", `${Math.max(12, left)}px`);
  menu.style.setProperty("top", `${below ? box.bottom + 4 : Math.max(8, box.top - menu.offsetHeight - 4)}px`);
}

function move(event, items) {
  const at = items.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    items[(at + step + items.length) % items.length].focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    close({ refocus: true });
  }
}
