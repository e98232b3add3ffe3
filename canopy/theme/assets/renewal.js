// Makes an open page what it is by now: asks for it again, and exchanges what differs.

import { essence } from "./essence.js";
import { justNow, notice, notJustNow, speak, unnotice } from "./notice.js";
import { _ } from "./words.js";

const base = new URL("../../", import.meta.url).pathname;
const patience = 20_000;
const tries = 5;

let page; // What live.js knows of it.
let next, asking;
let failures = 0;
let absent = false; // A notice says that the page is not here any more.
let unseen = []; // Passages that changed while nobody looked.

document.addEventListener("visibilitychange", reveal);

export function renewSoon(known, pause) {
  page = known;
  later(pause);
}

function later(pause) {
  clearTimeout(next);
  next = setTimeout(look, pause);
}

// Ask for this page again; unless something differs, the browser is told so in a few bytes.
async function look() {
  if (asking) return later(100);
  asking = true;
  const now = performance.now();
  try {
    const headers = { accept: "text/html" };
    const signal = AbortSignal.timeout?.(patience);
    const address = location.pathname + location.search;
    const answer = await fetch(address, { cache: "no-cache", headers, signal });
    if (!answer.ok && !lost(answer)) throw new Error(`answered ${answer.status}`);
    const wait = stale(answer, now);
    await understand(answer);
    page.known = now;
    failures = 0;
    if (wait) later(wait);
  } catch {
    // The stream tells when the server is back; this is for a page that failed alone.
    if (failures++ < tries) later(2000 * 2 ** failures * (0.5 + Math.random()));
  } finally {
    asking = false;
  }
}

const lost = (answer) => answer.status === 404 || answer.status === 410;

// A cache on the way may answer for a while with what is older than the edition: how long, in milliseconds?
function stale({ headers }, now) {
  const age = 1000 * Number(headers.get("age"));
  const most = 1000 * Number(/s-maxage=(\d+)/.exec(headers.get("cache-control"))?.[1]);
  return age > now - page.published && most > 0 ? Math.max(most - age, 1000) : 0;
}

async function understand(answer) {
  const message = document.querySelector("main > .state");
  if (lost(answer) && !message) return gone();
  if (!answer.headers.get("content-type")?.startsWith("text/html")) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!fresh.querySelector("body > main#_main")) return;
  if (answer.redirected && !continues(fresh)) return moved(answer.url, fresh);
  const changed = essence(fresh) !== page.shown;
  if (answer.redirected) history.replaceState(history.state, "", answer.url + location.hash);
  if (changed) await change(fresh);
  if (answer.redirected) notice(_("This page has moved; you are at its new address."));
  // A page that came back needs no notice; one that moved here keeps it, whatever is published next.
  else if (absent) unnotice();
  absent = false;
}

async function change(fresh) {
  const text = essence(fresh);
  let exchanging;
  try {
    exchanging = await import("./exchange.js");
  } catch {
    // The server has another theme by now.
    speak(_("This page was updated."));
    return notice(_("This page was updated."), [_("Show it"), location.href]);
  }
  unseen = [...unseen, ...exchanging.exchange(fresh)];
  page.shown = text;
  justNow();
  reveal();
}

// Nobody sees a passage breathe in a tab that is hidden: it waits for its reader.
async function reveal() {
  if (document.hidden || !unseen.length) return;
  const changed = unseen.filter((passage) => passage.isConnected);
  unseen = [];
  const { show } = await import("./exchange.js");
  show(changed);
  speak(_("This page was updated."));
}

function gone() {
  const [section] = [...document.querySelectorAll(".trail a")].slice(-1);
  const around = section ? [section.textContent, section.href] : [_("First page"), base];
  absent = true;
  const text = _("This page has been deleted; what you see is its last version.");
  if (document.querySelector("body > .notice")?.textContent.startsWith(text)) return;
  notJustNow();
  notice(text, [_("What is here now"), location.href], around);
  speak(_("This page was deleted."));
}

function moved(address, fresh) {
  absent = true;
  const text = _("This page has moved:");
  notice(text, [fresh.querySelector("h1")?.textContent || address, address]);
  speak(_("This page has moved."));
}

// Whether another address shows the same article, perhaps edited.
function continues(fresh) {
  const [before, after] = [document, fresh].map((page) =>
    ["h1", ".prose"].map((part) => page.querySelector(`main ${part}`)?.textContent.trim()),
  );
  return before.some((text, i) => text && text === after[i]);
}
