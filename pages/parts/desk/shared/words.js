// The words of the desks in the reader's language. The English text is the key; the server sends what another language says
// instead (words.py). A text without a translation stays English.

let words = {};
let forms = new Intl.PluralRules("en");
let language = "en";

// Use a language from now on. `given` maps an English text to its translation, or to its forms for one and for many.
export function useWords(name, given) {
  language = name;
  words = given ?? {};
  forms = new Intl.PluralRules(name);
}

export function languageNow() {
  return language;
}

// The translation of a text, with the values of `fill` in place of {name}.
export function t(text, fill = {}) {
  const said = Object.hasOwn(words, text) ? words[text] : null;
  return (typeof said === "string" ? said : text).replace(/\{(\w+)\}/g, (all, name) => (Object.hasOwn(fill, name) ? fill[name] : all));
}

// A count and its noun, such as "1 item" and "2 items".
export function plural(count, one, many) {
  const number = Number(String(count).replaceAll(",", ""));
  const said = Object.hasOwn(words, one) ? words[one] : null;
  const [single, several] = Array.isArray(said) ? said : [one, many];
  return `${count} ${forms.select(number) === "one" ? single : several}`;
}

// Mark a text that is translated where it is shown.
export function N(text) {
  return text;
}
