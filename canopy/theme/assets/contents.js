// The table of contents: open beside the text where there is room, and marking the passage that is being read.

const roomy = matchMedia("(min-width: 70em)");
let reading, known;

export function enhanceContents(root) {
  const toc = root.querySelector(".toc details");
  reading?.disconnect();
  if (!toc) return;
  const open = () => (toc.open = roomy.matches);
  // Run again over the same contents, it leaves them as the reader has them.
  if (toc !== known) open();
  known = toc;
  roomy.onchange = open;

  const links = new Map();
  for (const link of toc.querySelectorAll("a")) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) links.set(heading, link);
  }
  const past = new Set();
  // What lies above counts as seen, so that a jump over many headings is noticed as well.
  const margin = { rootMargin: "9999999px 0px -70% 0px" };
  reading = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) past[isIntersecting ? "add" : "delete"](target);
    const current = [...links.keys()].findLast((heading) => past.has(heading));
    for (const [heading, link] of links) {
      if (heading === current) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  }, margin);
  for (const heading of links.keys()) reading.observe(heading);
}
