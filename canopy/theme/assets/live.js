// A page that is open follows the notes: when a new edition changes what it shows, it changes in place.

import { essence } from "./essence.js";
import { follow } from "./stream.js";

// To be called before anything else changes the page.
export function enhanceLive() {
  if (!window.EventSource) return;
  const [visit] = performance.getEntriesByType("navigation");
  const page = {
    shown: essence(document), // What this page shows.
    // When that was asked for, on its clock. A page that comes back from the history may be as old as its last visit.
    known: visit?.type === "back_forward" ? -Infinity : 0,
    published: -Infinity, // When the newest edition was.
  };
  prepareToSpeak();
  addEventListener("pageshow", (event) => event.persisted && (page.known = -Infinity));
  follow(async ({ age, spread, paths }) => {
    page.published = performance.now() - age;
    if (page.known > page.published || (paths && !paths.includes(here()))) return;
    const { renewSoon } = await renewal();
    renewSoon(page, Math.random() * spread);
  });
  // Most visits end before anything is new; who stays has it before the server gets another theme.
  setTimeout(renewal, 10_000);
}

const renewal = () => import("./renewal.js");

// The region has to be there before it speaks.
function prepareToSpeak() {
  const spoken = document.createElement("div");
  spoken.id = "_spoken";
  spoken.className = "unseen";
  spoken.setAttribute("role", "status");
  document.body.append(spoken);
}

// The theme's assets are at <base>/-/assets/, wherever a proxy has put the site.
const base = new URL("../../", import.meta.url).pathname;

// The path of this page within the site, decoded; where that can't be told, no list of paths has it.
function here() {
  try {
    return decodeURIComponent(location.pathname.slice(base.length - 1)).replace(/(.)\/$/, "$1") || "/";
  } catch {
    return "";
  }
}
