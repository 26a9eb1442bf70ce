// The page's words, in the person's language; they come from the core with the page's state.

let texts = {};

/** Take the texts of a language and write them wherever the page's HTML asks for one. */
export function useTexts(found, language) {
  texts = found;
  document.documentElement.lang = language === "zh_Hans" ? "zh-Hans" : language;
  for (const element of document.querySelectorAll("[data-text]"))
    element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", t(element.dataset.label));
    if (element.matches("button")) element.title = t(element.dataset.label);
  }
}

/** Return a text; a missing one is a bug that shows itself. */
export function t(code) {
  const text = texts[code];
  if (text === undefined) throw new Error(`no text for ${code}`);
  return text;
}

/** Return a text with its places filled: {name} becomes facts.name. */
export function fill(code, facts) {
  return t(code).replace(/\{(\w+)\}/g, (whole, name) => String(facts[name] ?? whole));
}

/** A time of day, or date and time when it was not today, in the person's language. */
export function when(iso) {
  const moment = new Date(iso);
  const today = new Date().toDateString() === moment.toDateString();
  const style = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(document.documentElement.lang, style).format(moment);
}
