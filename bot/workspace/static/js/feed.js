// The stream of what has changed, and what to do when it breaks off.

import { store } from "./store.js";

let stream = null;

// Hands each change to `take`; calls `lost` when the connection breaks and `back` when it returns.
export function listen({ take, lost, back }) {
  let isLost = false;
  stream?.close();
  stream = new EventSource(`/workspace/stream?user=${encodeURIComponent(store.me)}&since=${store.change}`);
  stream.onmessage = (event) => {
    const change = JSON.parse(event.data);
    store.change = change.number;
    take(change);
  };
  stream.onerror = () => {
    isLost = true;
    lost();
  };
  stream.onopen = () => {
    if (isLost) back();
    isLost = false;
  };
}
