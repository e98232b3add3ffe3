// What of a page is the page: the parts that are compared, and exchanged when they differ.

const landmarks = "body > :is(header, nav, main, aside, footer)";
export const told =
  "head > :is(meta[name='description'], meta[name='robots'], link[rel='canonical'], " +
  "link[rel='prev'], link[rel='next'], link[rel='alternate'], link[rel='stylesheet'])";

// Return the parts of a page, in their order: the landmarks right below its body.
export function parts(page) {
  return [...page.querySelectorAll(landmarks)];
}

// Return what a page says, before anything on it was enhanced: equal pages give equal strings.
export function essence(page) {
  const root = page.documentElement;
  const pieces = [...page.querySelectorAll(`${told}, ${landmarks}`)];
  return [root.lang, root.dir, page.title, ...pieces.map((piece) => piece.outerHTML)].join("\n");
}
