// Diagrams in place of their sources: each is drawn in a frame that has no origin, so that nothing in it can
// reach this page. Until it is there, and where it can't be drawn, its source is shown. May run again.

import { _ } from "./words.js";

// Here and not in the style sheet: a page without diagrams has no use for it.
const style = new CSSStyleSheet();
style.replaceSync(`
  .highlight > iframe { position: absolute; inset: 0 auto auto 0; width: 100%; height: 0; border: 0; visibility: hidden; }
  .undrawn { padding-inline: var(--inset); color: var(--quiet); font-size: var(--small); overflow-wrap: anywhere; }
  @media screen {
    .drawn > iframe { position: static; display: block; visibility: visible; }
    .drawn > pre, .drawn > .copy { display: none; }
  }
  @media print {
    .undrawn { display: none; }
  }
`);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];

const fences = ".highlight[data-language='mermaid']";
const patience = 30_000;
const highest = 20_000;
const dark = matchMedia("(prefers-color-scheme: dark)");
const frames = new Map(); // By their windows, which is how one is known that speaks.
const near = new IntersectionObserver(come, { rootMargin: "800px 0px" });

addEventListener("message", hear);
dark.addEventListener("change", () => {
  for (const [view, frame] of frames) if (frame.isConnected) ask(view, frame);
});

export function enhanceDiagrams(root) {
  for (const [view, frame] of frames) if (!frame.isConnected) frames.delete(view);
  for (const box of root.querySelectorAll(fences)) {
    if (!box.querySelector("iframe, .undrawn")) near.observe(box);
  }
}

// Let a page that takes the place of this one have the diagrams that are drawn already.
export function keepDiagrams(fresh) {
  const drawn = new Map();
  for (const box of document.querySelectorAll(fences)) {
    if (box.querySelector("iframe, .undrawn")) drawn.set(source(box), box);
  }
  for (const box of fresh.querySelectorAll(fences)) {
    const same = drawn.get(source(box));
    if (same) box.replaceWith(fresh.importNode(same, true));
  }
}

const source = (box) => box.querySelector("pre").textContent;

function come(entries) {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    if (target.isConnected && !target.querySelector("iframe, .undrawn")) begin(target);
  }
}

function begin(box) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.title = named(box);
  frame.src = document.querySelector("meta[name='diagrams']").content;
  box.append(frame);
  frames.set(frame.contentWindow, frame);
  setTimeout(() => box.classList.contains("drawn") || remove(frame), patience);
}

function remove(frame) {
  frame.parentElement?.classList.remove("drawn");
  frame.remove();
}

function hear({ source: view, data }) {
  const frame = frames.get(view);
  if (!frame?.isConnected || typeof data?.diagram !== "string") return;
  if (data.diagram === "ready") ask(view, frame);
  if (data.diagram === "drawn") {
    if (data.title) frame.title = String(data.title).slice(0, 300);
    frame.parentElement.classList.add("drawn");
  }
  if (data.diagram === "failed") fail(frame, String(data.reason));
  const height = Number(data.height);
  if (height > 0) frame.style.height = `${Math.min(Math.ceil(height), highest)}px`;
}

function ask(view, frame) {
  const style = getComputedStyle(document.documentElement);
  const names = ["paper", "ink", "quiet", "line", "tint", "mark", "tip", "warning", "note", "caution", "important"];
  const colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  const font = "ui-sans-serif, system-ui, sans-serif";
  // A document without an origin has no name to send it to; the window is that of our own frame.
  view.postMessage({ text: source(frame.parentElement), dark: dark.matches, colours, font }, "*");
}

function fail(frame, reason) {
  const box = frame.parentElement;
  remove(frame);
  const note = document.createElement("p");
  note.className = "undrawn";
  note.textContent = _("This diagram can’t be drawn: %(reason)s", { reason: reason.split("\n", 1)[0].slice(0, 300).replace(/[:\s]+$/, "") });
  box.append(note);
}

// What a diagram is called until it says so itself: as its figure, or by its kind.
function named(box) {
  return box.closest("figure")?.querySelector("figcaption")?.textContent.trim() || _("Diagram");
}
