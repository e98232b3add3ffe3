// Finding as one types: what the search page would say, below the field. Without it the form asks the server.

import { _, ngettext } from "./words.js";

const fields = "form[role='search'] input[type='search']";
const pause = 120;
const most = 8;
let asking, next, shown; // What is being asked; when to ask; the list that is open.
let shelf; // Of an export: all pages, because nobody answers there.
let begun = false;

// To be called when a field has the focus, which may have been typed into already.
export function enhanceSearch(target) {
  if (!begun) begin();
  begun = true;
  if (!target?.matches(fields)) return;
  prepare(target);
  if (target.value !== target.defaultValue && !shown) soon(target);
}

function begin() {
  document.addEventListener("input", ({ target }) => target.matches?.(fields) && soon(target));
  document.addEventListener("focusin", ({ target }) => shown && !shown.form.contains(target) && close());
  document.addEventListener("pointerdown", ({ target }) => shown && !shown.form.contains(target) && close());
  document.addEventListener("keydown", (event) => event.target.matches?.(fields) && steer(event));
  addEventListener("pagehide", close);
  if (document.getElementById("_shelf")) fill();
}

// Say to those who listen what the field is, and have the region ready that will speak.
function prepare(field) {
  const { form } = field;
  if (!form.querySelector(".found")) {
    const box = document.createElement("div");
    box.className = "found";
    box.hidden = true;
    const list = document.createElement("div");
    list.id = form.closest("main") ? "_found-main" : "_found";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", _("Found"));
    const tally = document.createElement("p");
    tally.setAttribute("role", "status");
    box.append(list, tally);
    form.append(box);
    // A click on what was found must not take the focus away before it is one.
    box.addEventListener("mousedown", (event) => event.preventDefault());
  }
  const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-haspopup": "listbox" };
  for (const [name, value] of Object.entries(roles)) if (!field.hasAttribute(name)) field.setAttribute(name, value);
  field.setAttribute("aria-controls", form.querySelector("[role='listbox']").id);
}

function soon(field) {
  prepare(field);
  clearTimeout(next);
  asking?.abort();
  if (!field.value.trim()) return close();
  next = setTimeout(ask, pause, field);
}

async function ask(field) {
  const mine = (asking = new AbortController());
  const address = new URL(field.form.action);
  const wanted = new URLSearchParams(new FormData(field.form));
  try {
    const found = await answered(address, wanted, mine.signal);
    if (!found) return close();
    if (!mine.signal.aborted && document.activeElement === field) show(field, found, `${address.pathname}?${wanted}`);
  } catch {
    // Overtaken by the next letter, or the server is away: the form still asks it.
  }
}

async function answered(address, wanted, signal) {
  if (!shelf) {
    const answer = await fetch(`${address.pathname}.json?${wanted}&most=${most}`, { signal });
    const found = answer.ok ? await answer.json() : undefined;
    if (found?.state !== "shelf") return found;
    shelf = found.pages;
  }
  const { find } = await import("./shelf.js");
  return find(shelf, wanted.get("q"), most);
}

// On the search page of an export: what a server would have put there.
async function fill() {
  const wanted = new URLSearchParams(location.search).get("q") ?? "";
  const field = document.querySelector(`main ${fields}`);
  field.value = wanted;
  if (!wanted.trim()) return field.focus();
  const answer = await fetch(`${new URL(field.form.action).pathname}.json`);
  if (!answer.ok) return;
  shelf = (await answer.json()).pages;
  const { find } = await import("./shelf.js");
  const found = find(shelf, wanted, Infinity);
  document.title = `${wanted} – ${document.title}`;
  document.getElementById("_tally").textContent = said(found.count, found.loose);
  document.querySelector("#_shelf ol").replaceChildren(...found.hits.map(entry));
}

function entry({ url, title, section, passage }) {
  const item = document.createElement("li");
  const article = document.createElement("article");
  const heading = document.createElement("h2");
  const link = document.createElement("a");
  article.className = "entry";
  link.href = url;
  link.append(line("span", title));
  heading.append(link);
  article.append(heading);
  if (passage.join("")) article.append(line("p", passage));
  article.querySelector("p")?.classList.add("summary");
  const facts = document.createElement("div");
  facts.className = "facts";
  if (section) facts.append(line("p", [section]));
  article.append(facts);
  item.append(article);
  return item;
}

function show(field, { hits, count, loose }, all) {
  prepare(field);
  const box = field.form.querySelector(".found");
  const [list, tally] = box.children;
  list.replaceChildren(...hits.map(option));
  if (count > hits.length) list.append(rest(count, all));
  [...list.children].forEach((one, i) => (one.id = `${list.id}-${i}`));
  list.hidden = !hits.length;
  tally.textContent = said(count, loose);
  box.hidden = false;
  shown = { form: field.form, field, box, list };
  field.setAttribute("aria-expanded", String(hits.length > 0));
  field.removeAttribute("aria-activedescendant");
}

function said(count, loose) {
  if (!count) return _("Nothing found");
  if (!loose) return ngettext("%(num)s page", "%(num)s pages", count);
  return ngettext(
    "No page has all of these words. %(num)s page has some of them",
    "No page has all of these words. %(num)s pages have some of them",
    count,
  );
}

function option({ url, title, section, passage }) {
  const link = choice(url);
  link.append(line("b", title));
  if (section) link.append(" ", line("span", [section]));
  if (passage.join("")) link.append(line("small", passage));
  return link;
}

function rest(count, url) {
  const link = choice(url);
  link.className = "rest";
  link.textContent = ngettext("Show the page", "All %(num)s pages", count);
  return link;
}

function choice(url) {
  const link = document.createElement("a");
  link.href = url;
  link.tabIndex = -1;
  link.setAttribute("role", "option");
  link.setAttribute("aria-selected", "false");
  return link;
}

// Every second piece is one that matches. Text is set as text: nothing of it can be markup.
function line(name, pieces) {
  const element = document.createElement(name);
  element.dir = "auto";
  pieces.forEach((piece, i) => {
    if (!(i % 2)) return element.append(piece);
    const mark = document.createElement("mark");
    mark.textContent = piece;
    element.append(mark);
  });
  return element;
}

function steer(event) {
  if (event.isComposing) return;
  const open = shown?.field === event.target && !shown.box.hidden;
  const options = open ? [...shown.list.children] : [];
  const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "Escape" && open) close();
  else if (event.key === "Enter" && at >= 0) options[at].click();
  else if (event.key === "ArrowDown" && options.length) select(options, at + 1 === options.length ? -1 : at + 1);
  else if (event.key === "ArrowUp" && options.length) select(options, at < 0 ? options.length - 1 : at - 1);
  else if (event.key === "ArrowDown" && event.target.value.trim()) ask(event.target);
  else {
    if (event.key === "Tab") close();
    return;
  }
  event.preventDefault();
}

// Beyond either end is the field itself.
function select(options, wanted) {
  options.forEach((one, i) => one.setAttribute("aria-selected", String(i === wanted)));
  const { field } = shown;
  if (wanted < 0) return field.removeAttribute("aria-activedescendant");
  field.setAttribute("aria-activedescendant", options[wanted].id);
  options[wanted].scrollIntoView({ block: "nearest" });
}

function close() {
  clearTimeout(next);
  asking?.abort();
  if (!shown) return;
  shown.box.hidden = true;
  shown.field.setAttribute("aria-expanded", "false");
  shown.field.removeAttribute("aria-activedescendant");
  shown = undefined;
}
