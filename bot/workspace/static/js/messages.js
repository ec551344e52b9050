// A message, and the list of them in a channel or a thread.

import { arrange, h, icon, link } from "./dom.js";
import { blocks } from "./blocks.js";
import { QUICK, emojiFor } from "./emoji.js";
import { avatar, dayOf, timeOf, timeTag, momentOf } from "./format.js";
import { mrkdwn, plain } from "./mrkdwn.js";
import { popup } from "./popup.js";
import { toast } from "./dialogs.js";
import { act, channel, explain, nameOf, store, user } from "./store.js";

const GROUP_SECONDS = 300;
const NOTES = [
  "channel_join",
  "channel_leave",
  "channel_topic",
  "channel_purpose",
  "channel_name",
  "channel_archive",
];

export class MessageList {
  constructor(container, { inThread = false, openThread = null } = {}) {
    this.container = container;
    this.inThread = inThread;
    this.openThread = openThread;
    this.drawn = new Map();
  }

  clear() {
    this.drawn.clear();
    this.container.replaceChildren();
  }

  draw(messages, intro = null) {
    const nodes = intro ? [intro] : [];
    let before = null;
    for (const message of messages) {
      if (!before || dayOf(before.ts) !== dayOf(message.ts))
        nodes.push(this.keep(`day ${dayOf(message.ts)} ${this.inThread}`, "", () => dayDivider(message.ts)));
      const compact = follows(before, message);
      const signature = JSON.stringify([
        compact,
        message,
        store.values[message.ts] ?? null,
        nameOf(message.user),
      ]);
      nodes.push(this.keep(message.ts, signature, () => this.message(message, compact)));
      before = message;
    }
    arrange(this.container, nodes);
  }

  keep(key, signature, build) {
    const known = this.drawn.get(key);
    if (known?.signature === signature) return known.node;
    const node = build();
    this.drawn.set(key, { signature, node });
    if (known?.node.isConnected) replaceKeepingFocus(known.node, node);
    return node;
  }

  message(message, compact) {
    if (NOTES.includes(message.subtype)) return note(message);
    const classes = [
      "message",
      compact && "compact",
      message.is_ephemeral && "ephemeral",
      pinned(message) && "pinned",
    ]
      .filter(Boolean)
      .join(" ");
    return h(
      "article",
      { class: classes, data: { ts: message.ts }, "aria-label": `${author(message)}, ${timeOf(message.ts)}` },
      h(
        "div",
        { class: "gutter" },
        compact
          ? timeTag(message.ts, "time hover-only")
          : avatar(message.user, { name: author(message), emoji: message.icons?.emoji }),
      ),
      h(
        "div",
        { class: "content" },
        marks(message),
        compact ? null : heading(message),
        body(message),
        files(message),
        reactions(message),
        message.is_ephemeral ? null : this.replies(message),
      ),
      this.tools(message),
    );
  }

  replies(message) {
    if (this.inThread || !message.reply_count) return null;
    const faces = message.reply_users.slice(0, 4).map((id) => avatar(id, { small: true }));
    const count = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
    return h(
      "button",
      { type: "button", class: "replies", on: { click: () => this.openThread(message.ts) } },
      faces,
      h("strong", {}, count),
      h("span", { class: "quiet" }, `Last reply at ${timeOf(message.latest_reply)}`),
    );
  }

  tools(message) {
    if (message.is_ephemeral) {
      return h(
        "div",
        { class: "tools" },
        tool("close", "Dismiss", () => act("dismiss", { channel: store.channelId, ts: message.ts })),
      );
    }
    const reactTool = tool("smile", "Add reaction", () =>
      popup(
        reactTool,
        QUICK.map((name) => ({ label: `${emojiFor(name)}  :${name}:`, run: () => react(message, name) })),
      ),
    );
    const moreTool = tool("more", "More actions", () => popup(moreTool, more(message)));
    const reply = this.inThread
      ? null
      : tool("thread", "Reply in thread", () => this.openThread(message.thread_ts ?? message.ts));
    return h(
      "div",
      { class: "tools", role: "toolbar", "aria-label": "Message actions" },
      reactTool,
      reply,
      moreTool,
    );
  }
}

function replaceKeepingFocus(old, fresh) {
  const key = old.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  old.replaceWith(fresh);
  if (key) fresh.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

function follows(before, message) {
  return (
    Boolean(before) &&
    before.user === message.user &&
    before.username === message.username &&
    !NOTES.includes(before.subtype) &&
    !before.is_ephemeral &&
    !message.is_ephemeral &&
    !pinned(message) &&
    !before.reply_count &&
    Number(message.ts) - Number(before.ts) < GROUP_SECONDS &&
    dayOf(before.ts) === dayOf(message.ts)
  );
}

const author = (message) => message.username || user(message.user)?.real_name || message.user;
const pinned = (message) => channel()?.pins.includes(message.ts);
const tool = (glyph, label, run) =>
  h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click: run } },
    icon(glyph),
  );

function heading(message) {
  const isApp = message.app_id || user(message.user)?.is_bot;
  return h(
    "div",
    { class: "by" },
    h("strong", { class: "author" }, author(message)),
    isApp ? h("span", { class: "badge" }, "APP") : null,
    timeTag(message.ts),
  );
}

function marks(message) {
  if (message.is_ephemeral) return h("div", { class: "mark" }, icon("eye"), "Only visible to you");
  if (!pinned(message)) return null;
  return h("div", { class: "mark pin" }, icon("pin"), "Pinned");
}

function body(message) {
  const surface = {
    values: store.values[message.ts],
    use: (definition, block, value) => press(message, definition, block, value),
    suggest: (definition, block, query) =>
      act("suggest", {
        channel: store.channelId,
        ts: message.ts,
        action_id: definition.action_id,
        block_id: block.block_id,
        query,
      }),
  };
  const edited = message.edited
    ? h("span", { class: "edited", title: momentOf(message.edited.ts) }, " (edited)")
    : null;
  const shown = message.blocks?.length
    ? blocks(message.blocks, surface)
    : message.text
      ? [h("div", { class: "text" }, mrkdwn(message.text), edited)]
      : [];
  const attached = (message.attachments ?? []).map((entry) => attachment(entry, surface));
  const cursor = message.streaming_state
    ? h("span", { class: "cursor", role: "status", "aria-label": "Still writing" })
    : null;
  return h("div", { class: "body" }, shown, attached, cursor, message.blocks?.length ? edited : null);
}

function attachment(entry, surface) {
  const colour = { good: "good", warning: "warning", danger: "danger" }[entry.color] ?? "plain";
  const title = entry.title
    ? h("strong", {}, entry.title_link ? link(entry.title_link, plain(entry.title)) : plain(entry.title))
    : null;
  const fields = (entry.fields ?? []).map((field) =>
    h(
      "div",
      { class: "b-field" },
      h("strong", {}, plain(String(field.title ?? ""))),
      h("br"),
      mrkdwn(String(field.value ?? "")),
    ),
  );
  return h(
    "div",
    { class: `attachment ${colour}` },
    entry.pretext ? h("div", {}, mrkdwn(entry.pretext)) : null,
    title,
    entry.text ? h("div", { class: "text" }, mrkdwn(entry.text)) : null,
    fields.length ? h("div", { class: "b-fields" }, fields) : null,
    blocks(entry.blocks, surface),
    entry.footer ? h("div", { class: "b-context" }, plain(entry.footer)) : null,
  );
}

function files(message) {
  return (message.files ?? []).map((file) =>
    /^image\/(png|jpeg|gif|webp)$/.test(file.mimetype)
      ? h(
          "figure",
          { class: "b-image" },
          h("figcaption", {}, file.title),
          link(file.url_private, h("img", { src: file.url_private, alt: file.title, loading: "lazy" })),
        )
      : h(
          "div",
          { class: "file" },
          icon("file"),
          link(file.url_private, file.title),
          h("span", { class: "quiet" }, `${Math.ceil(file.size / 1024)} KB`),
        ),
  );
}

function reactions(message) {
  if (!message.reactions?.length) return null;
  const pills = message.reactions.map((entry) => {
    const mine = entry.users.includes(store.me);
    const who = entry.users.map(nameOf).join(", ");
    return h(
      "button",
      {
        type: "button",
        class: `pill${mine ? " mine" : ""}`,
        "aria-pressed": String(mine),
        title: `${who} reacted with :${entry.name}:`,
        on: { click: () => react(message, entry.name, mine) },
      },
      h("span", { class: "emoji" }, emojiFor(entry.name) ?? `:${entry.name}:`),
      entry.count,
    );
  });
  return h("div", { class: "reactions" }, pills);
}

async function react(message, name, remove = false) {
  const answer = await act("react", { channel: store.channelId, ts: message.ts, name, remove });
  if (!answer.ok && answer.error !== "already_reacted") toast(explain(answer.error));
}

async function press(message, definition, block, value) {
  const answer = await act("press", {
    channel: store.channelId,
    ts: message.ts,
    action_id: definition.action_id,
    block_id: block.block_id,
    value,
  });
  if (!answer.ok) toast(`${definition.text?.text ?? "That"} did not go through. ${explain(answer.error)}`);
}

function more(message) {
  const copy = {
    label: "Copy link",
    run: () =>
      navigator.clipboard?.writeText(
        `${location.origin}/archives/${store.channelId}/p${message.ts.replace(".", "")}`,
      ),
  };
  const shortcuts = store.apps.flatMap((app) =>
    app.shortcuts
      .filter((entry) => entry.type === "message")
      .map((entry) => ({
        label: entry.name,
        detail: app.name,
        run: async () => {
          const answer = await act("shortcut", {
            callback_id: entry.callback_id,
            channel: store.channelId,
            ts: message.ts,
          });
          if (!answer.ok) toast(`${entry.name} did not go through. ${explain(answer.error)}`);
        },
      })),
  );
  return [copy, ...shortcuts];
}

function note(message) {
  const words = message.text.startsWith(`<@${message.user}>`)
    ? message.text.replace(`<@${message.user}>`, "").trim()
    : message.text;
  const inviter = message.inviter ? ` at ${nameOf(message.inviter)}'s invitation` : "";
  return h(
    "div",
    { class: "note", data: { ts: message.ts } },
    avatar(message.user, { small: true }),
    h("span", {}, h("strong", {}, author(message)), " ", mrkdwn(words), inviter),
    timeTag(message.ts),
  );
}

function dayDivider(ts) {
  return h("div", { class: "day", role: "separator" }, h("span", {}, dayOf(ts)));
}
