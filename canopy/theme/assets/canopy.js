// What the pages gain from JavaScript; without it they read the same. What a page has no use for stays away.

import { enhanceLive } from "./live.js";

const field = "form[role='search'] input[type='search']";
const has = (selector) => document.querySelector(selector) !== null;

enhanceLive();
if (has(".prose pre")) import("./code.js").then(({ enhanceCode }) => enhanceCode(document));
if (has("meta[name='diagrams']") && has(".highlight[data-language='mermaid']")) {
  import("./diagrams.js").then(({ enhanceDiagrams }) => enhanceDiagrams(document));
}
if (has(".toc details")) import("./contents.js").then(({ enhanceContents }) => enhanceContents(document));
if (has("#_waiting")) import("./waiting.js").then(({ enhanceWaiting }) => enhanceWaiting(document));
if (has("#_shelf") || document.activeElement?.matches(field)) search(document.activeElement);

// All on the document: what is exchanged with a page needs nothing but its markup.
document.addEventListener("focusin", ({ target }) => target.matches?.(field) && search(target));
document.addEventListener("keydown", (event) => event.key === "/" && free(event) && find(event));
document.addEventListener("click", enlarge);

async function search(target) {
  const { enhanceSearch } = await import("./search.js");
  enhanceSearch(target);
}

// Whether a key or a click means nothing else where it happened.
function free(event) {
  const busy = event.target.closest?.("input, textarea, select, [contenteditable]");
  return !busy && !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
}

function find(event) {
  const found = document.querySelector(`main ${field}`) ?? document.querySelector(field);
  if (!found) return;
  event.preventDefault();
  found.focus();
  found.select();
}

async function enlarge(event) {
  const link = event.target.closest?.("a.enlarge");
  if (!link || event.button || event.shiftKey || !free(event)) return;
  event.preventDefault();
  const { show } = await import("./enlarge.js");
  show(link);
}
