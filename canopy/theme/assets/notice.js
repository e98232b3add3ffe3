// What a page says about itself: quietly beside the date, to those who listen, and below when it is gone.

import { _ } from "./words.js";

const minute = 60_000;
let later;

export function speak(text) {
  const spoken = document.getElementById("_spoken");
  spoken.textContent = "";
  // The same words again would not be heard again.
  setTimeout(() => (spoken.textContent = text), 50);
}

export function justNow() {
  notJustNow();
  const note = document.createElement("p");
  note.className = "just-now";
  note.textContent = _("Updated just now");
  document.querySelector("main .opening")?.append(note);
  clearTimeout(later);
  later = setTimeout(notJustNow, minute);
}

export function notJustNow() {
  document.querySelector(".just-now")?.remove();
}

// Links are pairs of text and address.
export function notice(text, ...links) {
  unnotice();
  const box = document.createElement("section");
  box.className = "notice";
  box.setAttribute("aria-label", _("About this page"));
  const words = document.createElement("p");
  words.textContent = text;
  for (const [title, address] of links) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = title;
    words.append(" ", link);
  }
  box.append(words);
  document.body.append(box);
}

export function unnotice() {
  document.querySelector("body > .notice")?.remove();
}
