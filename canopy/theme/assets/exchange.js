// Exchanges what has changed on a page, without moving what is being read. Loaded when something has.

import { enhanceCode } from "./code.js";
import { enhanceContents } from "./contents.js";
import { enhanceDiagrams, keepDiagrams } from "./diagrams.js";
import { parts, told } from "./essence.js";
import { morph } from "./morph.js";
import { notJustNow } from "./notice.js";

const passages = "p, li, dt, dd, td, th, pre, h1, h2, h3, h4, h5, h6, figure, summary, blockquote, .entry";
const regions = ".opening, .prose, .entries, .terms, .state";

// Make this page say what `fresh` says, and return the passages that are new.
export function exchange(fresh) {
  enhanceCode(fresh);
  keepDiagrams(fresh);
  const touched = new Set();
  for (const passage of document.querySelectorAll(".fresh")) renew(passage);
  notJustNow();
  head(fresh);
  const hold = steady();
  const focused = document.activeElement;
  const [olds, news] = [document, fresh].map(parts);
  // Where a theme builds the page otherwise, it can only be opened anew.
  if (olds.map(named).join() !== news.map(named).join()) location.reload();
  else olds.forEach((old, i) => renewPart(old, news[i], touched));
  enhanceContents(document);
  if (document.querySelector("meta[name='diagrams']")) enhanceDiagrams(document);
  if (!focused.isConnected) document.querySelector("main").focus({ preventScroll: true });
  hold();
  return passagesOf(touched);
}

function renewPart(before, after, touched) {
  try {
    morph(before, after, touched, own);
  } catch (error) {
    // A markup that scripts may not build: then all of it is new.
    console.warn(error);
    before.replaceWith(document.importNode(after, true));
  }
}

// Let the passages be seen as new, for the length of a breath.
export function show(changed) {
  for (const passage of changed) {
    passage.classList.add("fresh");
    passage.addEventListener("animationend", () => renew(passage), { once: true });
  }
  setTimeout(() => changed.forEach(renew), 2500);
}

function renew(passage) {
  passage.classList.remove("fresh");
  if (!passage.classList.length) passage.removeAttribute("class");
}

function head(fresh) {
  for (const name of ["lang", "dir"]) {
    const value = fresh.documentElement.getAttribute(name);
    if (value === document.documentElement.getAttribute(name)) continue;
    if (value === null) document.documentElement.removeAttribute(name);
    else document.documentElement.setAttribute(name, value);
  }
  if (document.title !== fresh.title) document.title = fresh.title;
  const [olds, news] = [document, fresh].map((page) => [...page.querySelectorAll(told)]);
  const said = (list) => list.map((element) => element.outerHTML);
  const gone = olds.filter((old) => !said(news).includes(old.outerHTML));
  const still = said(olds);
  const come = news.filter((one) => !still.includes(one.outerHTML));
  const [worn, sheets] = [olds, news].map((list) => list.filter(styles));
  if ([...gone, ...come].some(styles)) dress(sheets, worn);
  gone.filter((old) => !styles(old)).forEach((old) => old.remove());
  document.head.append(...come.filter((one) => !styles(one)));
}

const named = (element) => element.localName;
const styles = (element) => element.rel === "stylesheet";

// Until the new style sheets are here the old ones stay: a page without any would jump. Their order counts, so
// that all of them are exchanged for the sake of one.
function dress(sheets, worn) {
  const here = sheets.map((sheet) => document.importNode(sheet));
  const arrived = here.map((sheet) => new Promise((done) => (sheet.onload = sheet.onerror = done)));
  Promise.all(arrived).then(() => worn.forEach((old) => old.remove()));
  document.head.append(...here);
}

// What the reader or a script has set on this page stays as it is.
function own(name, element) {
  return (
    (name === "open" && element.localName === "details") ||
    (name === "aria-current" && element.closest(".toc") !== null)
  );
}

// Return a function that puts what is being read back to where it is now, whatever has grown above it.
function steady() {
  if (scrollY <= 0) return () => {};
  const root = document.documentElement;
  const blocks = document.querySelectorAll(":is(.prose, .entries, .terms, .opening) :is(" + passages + ")");
  const read = [];
  for (const block of blocks) {
    const { top, bottom } = block.getBoundingClientRect();
    if (bottom > 0 && bottom > top) read.push([block, top]);
    if (read.length === 40) break;
  }
  root.classList.add("steady");
  return () => {
    const still = read.find(([block]) => block.isConnected);
    const moved = still ? still[0].getBoundingClientRect().top - still[1] : 0;
    if (moved) scrollBy({ top: moved, behavior: "instant" });
    // The browser's own anchoring would answer the same change once more.
    setTimeout(() => {
      root.classList.remove("steady");
      if (!root.classList.length) root.removeAttribute("class");
    }, 100);
  };
}

function passagesOf(touched) {
  const found = new Set();
  for (const element of touched) {
    if (!element.isConnected || !element.closest(regions) || element.closest(".copy, .toc")) continue;
    const passage = element.closest(passages) ?? element.querySelector("pre") ?? element;
    if (!passage.matches(regions)) found.add(passage);
    else if (passage === element) for (const child of passage.children) found.add(child);
  }
  return [...found];
}
