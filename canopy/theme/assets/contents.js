// The table of contents: open beside the text where there is room, and marking the passage that is being read.

const roomy = matchMedia("(min-width: 70em)");
let reading;

export function enhanceContents(root) {
  const toc = root.querySelector(".toc details");
  reading?.disconnect();
  if (!toc) return;
  const open = () => (toc.open = roomy.matches);
  open();
  roomy.onchange = open;

  const links = new Map();
  for (const link of toc.querySelectorAll("a")) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) links.set(heading, link);
  }
  const headings = [...links.keys()];
  const mark = () => {
    const past = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight * 0.3);
    const current = links.get(past.at(-1));
    for (const link of links.values()) {
      if (link === current) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  };
  reading = new IntersectionObserver(mark, { rootMargin: "0px 0px -70% 0px" });
  for (const heading of headings) reading.observe(heading);
}
