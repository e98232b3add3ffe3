// Shared by all tabs of a browser: holds the one stream of events, and ends with the last tab.

import { listen } from "./source.js";

const tabs = new Set();
let stream;

self.onconnect = ({ ports: [tab] }) => {
  tabs.add(tab);
  tab.onmessage = ({ data }) => (data === "bye" ? leave(tab) : tab.postMessage(stream?.current() ?? null));
  stream ??= listen((edition) => tabs.forEach((other) => other.postMessage(edition)));
  tab.postMessage(stream.current());
};

function leave(tab) {
  tabs.delete(tab);
  if (tabs.size) return;
  stream?.close();
  stream = undefined;
}
