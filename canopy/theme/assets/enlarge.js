// A large image opens over the page. Without this it opens as a file: the link says where it is.

import { _ } from "./words.js";

let dialog;

export function show(link) {
  const shown = link.querySelector("img");
  dialog ??= made();
  const image = dialog.querySelector("img");
  image.src = link.href;
  image.alt = shown?.alt ?? "";
  dialog.setAttribute("aria-label", image.alt || _("Image"));
  dialog.showModal();
}

// Escape closes it by itself and gives the focus back; so does a click anywhere.
function made() {
  const made = document.createElement("dialog");
  made.className = "enlarged";
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = _("Close");
  made.append(close, document.createElement("img"));
  made.addEventListener("click", () => made.close());
  made.addEventListener("close", () => made.querySelector("img").removeAttribute("src"));
  document.body.append(made);
  return made;
}
