// Wires the parts together and keeps them up to date.

import { h, icon } from "./dom.js";
import { composer } from "./composer.js";
import { toast } from "./dialogs.js";
import { listen } from "./feed.js";
import { atBottom, stickyFlow } from "./flow.js";
import { avatar } from "./format.js";
import { drawHeader } from "./header.js";
import { drawHome, drawHomeHeader } from "./home.js";
import { MessageList } from "./messages.js";
import { refreshModal, showModal } from "./modal.js";
import { mrkdwn } from "./mrkdwn.js";
import { drawSidebar } from "./sidebar.js";
import { act, ask, channel, channelTitle, explain, loadChannel, loadOverview, store } from "./store.js";
import { applyTheme } from "./theme.js";

const byId = (id) => document.getElementById(id);
const parts = Object.fromEntries(
  [
    "app",
    "sidebar",
    "scrim",
    "header",
    "banner",
    "messages",
    "home",
    "jump",
    "status",
    "composer-slot",
    "thread",
  ].map((id) => [id, byId(id)]),
);
let list;
let threadList = null;

async function start() {
  applyTheme();
  store.people = (await ask("people")).people;
  const wanted = new URL(location.href).searchParams.get("as") ?? localStorage.getItem("workspace-person");
  store.me = store.people.some((person) => person.id === wanted) ? wanted : store.people[0]?.id;
  list = new MessageList(stickyFlow(parts.messages), { openThread });
  parts.scrim.addEventListener("click", closeSidebar);
  parts.jump.addEventListener("click", toBottom);
  parts.messages.addEventListener("scroll", () => {
    if (atBottom(parts.messages)) parts.jump.hidden = true;
  });
  document.addEventListener("click", followChannelLink);
  document.addEventListener("keydown", onEscape);
  window.addEventListener("focus", markRead);
  window.addEventListener("popstate", fromAddress);
  await enter();
}

async function enter() {
  localStorage.setItem("workspace-person", store.me);
  store.change = 0;
  await loadOverview();
  document.title = store.team.name;
  await fromAddress();
  await refreshModal();
  listen(onFeed);
}

async function fromAddress() {
  const permalink = /^\/archives\/(\w+)\/p(\d+)/.exec(location.pathname);
  const hash = location.hash.slice(1);
  const joined = [...store.channels.values()].filter(
    (entry) => entry.is_member && !entry.is_archived && !entry.is_im,
  );
  const fallback = joined.find((entry) => entry.unread) ?? joined[0] ?? [...store.channels.values()][0];
  const wanted = permalink?.[1] ?? hash;
  if (store.apps.some((app) => app.app_id === wanted)) return openHome(wanted);
  const target =
    store.channels.get(wanted) ??
    [...store.channels.values()].find((entry) => wanted && entry.name === wanted) ??
    fallback;
  if (!target) return;
  await openChannel(target.id, { keepAddress: Boolean(permalink) });
  if (permalink) goTo(`${permalink[2].slice(0, -6)}.${permalink[2].slice(-6)}`);
}

async function openChannel(id, { keepAddress = false } = {}) {
  if (!(await loadChannel(id))) return toast("That channel is not there, or you are not in it.");
  if (store.channelId !== id) closeThread();
  store.channelId = id;
  store.appId = null;
  if (!keepAddress) history.replaceState(null, "", `/?as=${store.me}#${id}`);
  list.clear();
  showPane("messages");
  drawComposer();
  draw();
  toBottom();
  closeSidebar();
  markRead();
}

function showPane(name) {
  parts.messages.hidden = name !== "messages";
  parts.home.hidden = name !== "home";
  parts.status.hidden = name === "home";
  if (name === "home") parts["composer-slot"].replaceChildren();
}

function draw() {
  drawSidebar(parts.sidebar, { openChannel, openHome, switchPerson });
  if (store.appId) return;
  drawHeader(parts.header, { openSidebar, goTo });
  const messages = [...store.messages.values()].sort((a, b) => (a.ts < b.ts ? -1 : 1));
  const stick = atBottom(parts.messages);
  const before = list.container.childElementCount;
  list.draw(
    messages.filter(
      (message) =>
        !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast",
    ),
    introduction(),
  );
  if (stick) toBottom();
  else if (list.container.childElementCount > before) parts.jump.hidden = false;
  drawThread(messages);
  drawStatus();
}

let intro = { id: null, node: null };

function introduction() {
  const entry = channel();
  if (intro.id === entry.id) return intro.node;
  const words = entry.is_im
    ? ["This is the start of your conversation with ", h("strong", {}, channelTitle(entry)), "."]
    : [
        "This is the start of ",
        h("strong", {}, `#${entry.name}`),
        ". ",
        entry.purpose?.value ? mrkdwn(entry.purpose.value) : "",
      ];
  const glyph = entry.is_im
    ? avatar(entry.user)
    : h("span", { class: "intro-mark" }, icon(entry.is_private ? "lock" : "hash"));
  intro = {
    id: entry.id,
    node: h("div", { class: "intro" }, glyph, h("h3", {}, channelTitle(entry)), h("p", {}, words)),
  };
  return intro.node;
}

function drawComposer() {
  const entry = channel();
  const slot = parts["composer-slot"];
  if (entry.is_archived)
    return slot.replaceChildren(
      h("div", { class: "join-bar" }, "This channel is archived. It can be read, not written to."),
    );
  if (!entry.is_member && !entry.is_im) {
    const join = h(
      "button",
      {
        type: "button",
        class: "button primary",
        on: {
          click: async () => {
            await act("join", { channel: entry.id });
          },
        },
      },
      "Join channel",
    );
    return slot.replaceChildren(
      h(
        "div",
        { class: "join-bar" },
        h("span", {}, "You are looking at ", h("strong", {}, `#${entry.name}`)),
        join,
      ),
    );
  }
  const box = composer({
    id: "composer",
    placeholder: `Message ${entry.is_im ? channelTitle(entry) : `#${entry.name}`}`,
  });
  slot.replaceChildren(box.node);
  if (matchMedia("(min-width: 760px)").matches) box.focus();
}

function openThread(ts) {
  store.threadTs = ts;
  const box = composer({ id: "thread-composer", placeholder: "Reply", thread: () => store.threadTs });
  const scroll = h("div", {
    class: "thread-messages",
    role: "log",
    "aria-label": "Thread messages",
    tabindex: "0",
  });
  threadList = new MessageList(stickyFlow(scroll), { inThread: true });
  parts.thread.replaceChildren(
    h(
      "header",
      { class: "header" },
      h(
        "div",
        { class: "header-row" },
        h(
          "div",
          { class: "header-words" },
          h("h2", { class: "channel-name" }, "Thread"),
          h("div", { class: "topic" }, channelTitle(channel())),
        ),
        h(
          "button",
          { type: "button", class: "icon-button", "aria-label": "Close thread", on: { click: closeThread } },
          icon("close"),
        ),
      ),
    ),
    scroll,
    h("div", { class: "status", id: "thread-status", role: "status" }),
    box.node,
  );
  parts.thread.hidden = false;
  parts.app.classList.add("with-thread");
  draw();
  scroll.scrollTop = scroll.scrollHeight;
  box.focus();
}

function closeThread() {
  store.threadTs = null;
  threadList = null;
  parts.thread.hidden = true;
  parts.thread.replaceChildren();
  parts.app.classList.remove("with-thread");
}

function drawThread(messages) {
  if (!store.threadTs || !threadList) return;
  const scroll = threadList.container.parentElement;
  const stick = atBottom(scroll);
  threadList.draw(
    messages.filter((message) => message.ts === store.threadTs || message.thread_ts === store.threadTs),
  );
  if (stick) scroll.scrollTop = scroll.scrollHeight;
}

function drawStatus() {
  const show = (node, ts) => {
    const words = [...store.statuses]
      .filter(([thread, status]) => status && (ts === null || thread === ts))
      .map(([, status]) => status);
    node?.replaceChildren(
      ...(words.length ? [h("span", { class: "working", "aria-hidden": "true" }), words.at(-1)] : []),
    );
  };
  show(parts.status, null);
  show(byId("thread-status"), store.threadTs);
}

async function openHome(appId) {
  store.appId = appId;
  store.channelId = null;
  closeThread();
  history.replaceState(null, "", `/?as=${store.me}#${appId}`);
  const app = store.apps.find((entry) => entry.app_id === appId);
  const write = async () => {
    const answer = await act("open_conversation", { other: app.bot_user_id });
    await loadOverview();
    openChannel(answer.channel);
  };
  drawHomeHeader(parts.header, app, { openSidebar, write });
  showPane("home");
  closeSidebar();
  drawSidebar(parts.sidebar, { openChannel, openHome, switchPerson });
  drawHome(parts.home, (await ask(`homes/${appId}`)).view);
  const answer = await act("open_home", { app_id: appId });
  if (!answer.ok) toast(explain(answer.error));
}

const onFeed = {
  take: (change) => TAKE[change.kind]?.(change),
  lost: () => {
    parts.banner.hidden = false;
    parts.banner.textContent = "Connection lost. Trying again...";
  },
  back: async () => {
    parts.banner.hidden = true;
    await loadOverview();
    if (store.channelId) await loadChannel(store.channelId);
    draw();
  },
};

let due = null;
const drawSoon = () => {
  due ??= requestAnimationFrame(() => {
    due = null;
    draw();
  });
};
let overviewDue = null;
const refreshOverview = () => {
  overviewDue ??= setTimeout(async () => {
    overviewDue = null;
    await loadOverview();
    draw();
  }, 120);
};

const TAKE = {
  message: (change) => {
    if (change.channel === store.channelId) {
      store.messages.set(change.message.ts, change.message);
      drawSoon();
      markRead();
    } else refreshOverview();
  },
  message_deleted: (change) => {
    if (change.channel !== store.channelId) return;
    store.messages.delete(change.ts);
    drawSoon();
  },
  channel: async (change) => {
    const was = channel()?.is_member;
    const archived = channel()?.is_archived;
    await loadOverview();
    if (
      change.channel === store.channelId &&
      (was !== channel()?.is_member || archived !== channel()?.is_archived)
    )
      drawComposer();
    draw();
  },
  apps: refreshOverview,
  read: refreshOverview,
  modal: (change) => showModal(change.view),
  home: (change) => {
    if (change.app_id === store.appId) drawHome(parts.home, change.view);
  },
  status: (change) => {
    if (change.channel !== store.channelId) return;
    store.statuses.set(change.thread_ts, change.status);
    drawStatus();
  },
};

let reading = null;
function markRead() {
  if (!document.hasFocus() || !store.channelId) return;
  clearTimeout(reading);
  reading = setTimeout(() => store.channelId && act("read", { channel: store.channelId }), 300);
}

function toBottom() {
  parts.messages.scrollTop = parts.messages.scrollHeight;
  parts.jump.hidden = true;
}

function goTo(ts) {
  const message = store.messages.get(ts);
  if (message?.thread_ts && message.thread_ts !== ts) openThread(message.thread_ts);
  const node = document.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  node?.scrollIntoView({ block: "center" });
  node?.classList.add("found");
  setTimeout(() => node?.classList.remove("found"), 2500);
}

function followChannelLink(event) {
  const anchor = event.target.closest?.("a[data-channel]");
  if (!anchor) return;
  event.preventDefault();
  openChannel(anchor.dataset.channel);
}

function onEscape(event) {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (parts.app.classList.contains("with-sidebar")) closeSidebar();
  else if (store.threadTs) closeThread();
}

function openSidebar() {
  parts.app.classList.add("with-sidebar");
  parts.scrim.hidden = false;
  parts.sidebar.querySelector("button")?.focus();
}

function closeSidebar() {
  parts.app.classList.remove("with-sidebar");
  parts.scrim.hidden = true;
}

async function switchPerson(id) {
  store.me = id;
  store.messages.clear();
  showModal(null);
  closeThread();
  await enter();
}

start();
