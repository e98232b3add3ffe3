// What of a page is the page: the parts that are compared, and exchanged when they differ.

export const parts = [".masthead", "main", ".colophon"];
export const told =
  "head > :is(meta[name='description'], meta[name='robots'], link[rel='canonical'], " +
  "link[rel='prev'], link[rel='next'], link[rel='alternate'], link[rel='stylesheet'])";

// Return what a page says, before anything on it was enhanced: equal pages give equal strings.
export function essence(page) {
  const root = page.documentElement;
  const pieces = [...page.querySelectorAll(`${told}, ${parts.map((part) => `body > ${part}`)}`)];
  return [root.lang, root.dir, page.title, ...pieces.map((piece) => piece.outerHTML)].join("\n");
}
