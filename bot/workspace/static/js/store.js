// What this person's screen knows, and how it asks the workspace for more.

export const store = {
  me: null,
  people: [],
  users: new Map(),
  channels: new Map(),
  apps: [],
  commands: [],
  team: { name: "" },
  messages: new Map(),
  values: {},
  statuses: new Map(),
  channelId: null,
  appId: null,
  threadTs: null,
  change: 0,
};

export async function ask(path, query = {}) {
  const url = new URL(`/workspace/${path}`, location.origin);
  for (const [name, value] of Object.entries({ user: store.me, ...query })) url.searchParams.set(name, value);
  return (await fetch(url)).json();
}

export async function act(verb, details = {}) {
  try {
    const response = await fetch(`/workspace/${verb}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user: store.me, ...details }),
    });
    return await response.json();
  } catch {
    return { ok: false, error: "workspace_unreachable" };
  }
}

export async function loadOverview() {
  const seen = await ask("overview");
  if (!seen.ok) return false;
  store.team = seen.team;
  store.users = new Map(seen.users.map((user) => [user.id, user]));
  store.channels = new Map(seen.channels.map((channel) => [channel.id, channel]));
  store.apps = seen.apps;
  store.commands = seen.commands;
  store.change = Math.max(store.change, seen.change);
  return true;
}

export async function loadChannel(channelId) {
  const page = await ask(`channels/${encodeURIComponent(channelId)}`);
  if (!page.ok) return false;
  store.channels.set(page.channel.id, page.channel);
  store.messages = new Map(page.messages.map((message) => [message.ts, message]));
  store.values = page.values;
  store.statuses = new Map(page.statuses.map((entry) => [entry.thread_ts, entry.status]));
  return true;
}

export const channel = () => store.channels.get(store.channelId);
export const user = (id) => store.users.get(id);
export const nameOf = (id) => user(id)?.profile.display_name || user(id)?.real_name || id;

export function channelTitle(entry) {
  if (!entry) return "";
  return entry.is_im ? (user(entry.user)?.real_name ?? entry.user) : entry.name;
}

const REASONS = {
  operation_timeout: "The app did not answer within 3 seconds.",
  dispatch_failed: "The app is not connected.",
  workspace_unreachable: "The workspace cannot be reached.",
};
export const explain = (error) => REASONS[error] ?? error ?? "Something went wrong.";
