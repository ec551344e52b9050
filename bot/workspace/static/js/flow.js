// Message panes that stay at their end.

import { h } from "./dom.js";

export const atBottom = (scroll) => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;

// A place for messages that stays at its end, when it is there, while pictures load and boxes grow.
export function stickyFlow(scroll) {
  const flow = h("div", { class: "flow" });
  let stuck = true;
  scroll.addEventListener("scroll", () => {
    stuck = atBottom(scroll);
  });
  const observer = new ResizeObserver(() => {
    if (stuck) scroll.scrollTop = scroll.scrollHeight;
  });
  observer.observe(flow);
  observer.observe(scroll);
  scroll.replaceChildren(flow);
  return flow;
}
