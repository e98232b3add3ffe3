// The words of the interface in the language of the page. The English ones stand in the scripts themselves.

const link = document.getElementById("_words");
// Without its words a page speaks English: better than a page on which nothing works.
const { language = "en", words = {} } = link ? await import(link.href).catch(() => ({})) : {};
const rules = new Intl.PluralRules(language);

export function _(text, values) {
  return filled(words[text] ?? text, values);
}

// The form that goes with a number, which is %(num)s in it.
export function ngettext(one, many, num) {
  const forms = words[one] ?? { one, other: many };
  return filled(forms[rules.select(num)] ?? forms.other, { num: num.toLocaleString(`${language}-u-nu-latn`) });
}

function filled(text, values = {}) {
  return text.replace(/%\((\w+)\)s/g, (place, name) => values[name] ?? place);
}
