// Finding where nobody answers: the pages of an export, by the words in their titles, tags and texts.

const around = 60; // Characters of a passage before what was found, and three times as many after it.

// Return the pages that have all words, else those with some; the last word may be unfinished.
export function find(pages, query, most) {
  const wanted = [...new Set(fold(query).match(/[\p{L}\p{N}\p{M}]+/gu))];
  if (!wanted.length) return { hits: [], count: 0, loose: false };
  const rated = pages.map((page) => rate(page, wanted)).filter(({ words }) => words);
  const whole = rated.filter(({ words }) => words === wanted.length);
  const found = whole.length ? whole : rated;
  found.sort((a, b) => b.words - a.words || b.points - a.points);
  const hits = found.slice(0, most).map(({ page }) => told(page, wanted));
  return { hits, count: found.length, loose: !whole.length && found.length > 0 };
}

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function rate(page, wanted) {
  page.folded ??= [page.title, [...page.tags, page.section].join(" "), page.text].map(fold);
  const [title, classes, text] = page.folded;
  const points = wanted.map((word) => 8 * has(title, word) + 3 * has(classes, word) + has(text, word));
  return { page, words: points.filter(Boolean).length, points: points.reduce((sum, one) => sum + one) };
}

// 2 where a word of the text begins with it, 1 where one contains it: scripts without spaces need that.
function has(text, word) {
  let at = text.indexOf(word);
  if (at < 0) return 0;
  for (let tries = 0; at >= 0 && tries < 50; tries++, at = text.indexOf(word, at + 1)) {
    if (!at || !/[\p{L}\p{N}]/u.test(text[at - 1])) return 2;
  }
  return 1;
}

function told(page, wanted) {
  const { text } = page;
  const places = wanted.map((word) => text.toLowerCase().indexOf(word)).filter((at) => at >= 0);
  const first = Math.max(0, (places.length ? Math.min(...places) : 0) - around);
  const start = first && text.indexOf(" ", first) + 1;
  const passage = text.slice(start, start + 4 * around);
  const cut = (start ? "… " : "") + passage + (start + 4 * around < text.length ? "…" : "");
  return { url: page.url, section: page.section, title: marked(page.title, wanted), passage: marked(cut, wanted) };
}

// Every second piece is one that matches.
const marked = (text, wanted) => text.split(new RegExp(`(${wanted.join("|")})`, "giu"));
