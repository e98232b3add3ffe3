// Changes one tree into another with as few touches as possible: what is the same stays the same node, so that
// selection, focus, open <details> and playing videos stay as well.

const MOST = 250_000; // Comparisons for one list of children; a longer one is paired in order.

// Make `before` like `after`; every element that is new, and every one whose own text or attributes changed,
// is added to `touched`. `kept(name, element)` says of which attributes the page's own values stay.
export function morph(before, after, touched, kept) {
  attributes(before, after, touched, kept);
  const olds = [...before.childNodes];
  const news = [...after.childNodes];
  const partners = pair(olds, news);
  const taken = new Set(partners.values());
  for (const old of olds) if (!taken.has(old)) old.remove();

  let place = before.firstChild;
  for (const fresh of news) {
    const old = partners.get(fresh);
    if (!old) {
      const added = document.importNode(fresh, true);
      before.insertBefore(added, place);
      if (added.nodeType === Node.ELEMENT_NODE) touched.add(added);
      else if (added.data.trim()) touched.add(before);
      continue;
    }
    place = old.nextSibling;
    if (old.isEqualNode(fresh)) continue;
    if (old.nodeType === Node.ELEMENT_NODE) morph(old, fresh, touched, kept);
    else rewrite(old, fresh.data, touched);
  }
}

function attributes(before, after, touched, kept) {
  for (const { name, value } of after.attributes) {
    if (before.getAttribute(name) === value || kept(name, before)) continue;
    before.setAttribute(name, value);
    if (name === "src") touched.add(before);
  }
  for (const { name } of [...before.attributes]) {
    if (!after.hasAttribute(name) && !kept(name, before)) before.removeAttribute(name);
  }
}

// Only the letters that differ are exchanged, so that a selection in the others stays.
function rewrite(text, data, touched) {
  const old = text.data;
  let start = 0;
  const shorter = Math.min(old.length, data.length);
  while (start < shorter && old[start] === data[start]) start++;
  let end = 0;
  while (end < shorter - start && old.at(-1 - end) === data.at(-1 - end)) end++;
  text.replaceData(start, old.length - start - end, data.slice(start, data.length - end));
  if ((old + data).trim() && text.nodeType === Node.TEXT_NODE) touched.add(text.parentElement);
}

// Return which old node each new one continues. Pairs never cross: nothing needs to be moved.
function pair(olds, news) {
  const partners = new Map();
  const oldKeys = olds.map(key);
  const newKeys = news.map(key);
  align(olds, news, (i, j) => oldKeys[i] === newKeys[j], partners, (olds, news) => {
    const was = olds.map(described);
    const is = news.map(described);
    align(olds, news, (i, j) => alike(was[i], is[j]), partners, (olds, news) => {
      if (olds.length !== news.length) return;
      olds.forEach((old, i) => old.nodeName === news[i].nodeName && partners.set(news[i], old));
    });
  });
  return partners;
}

// Pair what is the `same` by the longest common subsequence, and hand each stretch between over to `rest`.
function align(olds, news, same, partners, rest) {
  let start = 0;
  while (start < olds.length && start < news.length && same(start, start)) {
    partners.set(news[start], olds[start]);
    start++;
  }
  let oldEnd = olds.length;
  let newEnd = news.length;
  while (oldEnd > start && newEnd > start && same(oldEnd - 1, newEnd - 1)) {
    partners.set(news[--newEnd], olds[--oldEnd]);
  }
  let i = start;
  let j = start;
  for (const [atOld, atNew] of [...common(start, oldEnd, newEnd, same), [oldEnd, newEnd]]) {
    if (atOld > i && atNew > j) rest(olds.slice(i, atOld), news.slice(j, atNew));
    if (atOld < oldEnd) partners.set(news[atNew], olds[atOld]);
    i = atOld + 1;
    j = atNew + 1;
  }
}

function common(start, oldEnd, newEnd, same) {
  const rows = oldEnd - start;
  const columns = newEnd - start;
  if (rows * columns > MOST || !rows || !columns) return [];
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      lengths[i * width + j] = same(start + i, start + j)
        ? lengths[(i + 1) * width + j + 1] + 1
        : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const found = [];
  for (let i = 0, j = 0; i < rows && j < columns; ) {
    if (same(start + i, start + j)) found.push([start + i++, start + j++]);
    else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i++;
    else j++;
  }
  return found;
}

function key(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.outerHTML : node.nodeName + node.data;
}

function described(node) {
  const source = node.getAttribute?.("src") ?? "";
  return { name: node.nodeName, id: node.id ?? "", source, text: node.textContent.trim() };
}

// Whether one may be an edited version of the other: by its id, its source, or a third of its text.
function alike(old, fresh) {
  if (old.name !== fresh.name || old.id !== fresh.id || old.source !== fresh.source) return false;
  if (old.id || old.source) return true;
  const shorter = Math.min(old.text.length, fresh.text.length);
  let start = 0;
  while (start < shorter && old.text[start] === fresh.text[start]) start++;
  let end = 0;
  while (end < shorter - start && old.text.at(-1 - end) === fresh.text.at(-1 - end)) end++;
  return 3 * (start + end) >= Math.max(old.text.length, fresh.text.length);
}
