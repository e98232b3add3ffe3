// Copy buttons on code. May run again over a passage that has changed.

import { _ } from "./words.js";

export function enhanceCode(root) {
  if (!navigator.clipboard) return;
  for (const pre of root.querySelectorAll(".prose pre")) {
    const box = pre.closest(".highlight") ?? boxed(pre);
    if (!box.querySelector(".copy")) box.append(button());
  }
}

// The button must not scroll away with the code, so a bare <pre> gets a box around it.
function boxed(pre) {
  const box = document.createElement("div");
  box.className = "highlight";
  pre.replaceWith(box);
  box.append(pre);
  return box;
}

function button() {
  const copy = document.createElement("button");
  copy.type = "button";
  copy.className = "copy";
  copy.textContent = _("Copy");
  return copy;
}

// One listener for all: a passage that is exchanged needs nothing but its markup.
document.addEventListener("click", async ({ target }) => {
  const copy = target.closest?.(".highlight > .copy");
  if (!copy) return;
  const pre = copy.parentElement.querySelector("pre");
  try {
    await navigator.clipboard.writeText(source(pre));
    copy.textContent = _("Copied");
  } catch {
    getSelection().selectAllChildren(pre);
    copy.textContent = _("Selected");
  }
  setTimeout(() => (copy.textContent = _("Copy")), 2000);
});

// A prompt is not part of the command, and what a command printed isn't either.
function source(pre) {
  if (!pre.querySelector(".gp")) return pre.textContent.replace(/\n$/, "");
  const code = pre.cloneNode(true);
  for (const other of code.querySelectorAll(".gp, .go")) other.remove();
  return code.textContent.split("\n").filter((line) => line.trim()).join("\n");
}
