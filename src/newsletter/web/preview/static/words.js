// The words of the page in the editor's language; the server puts them into the page.
const words = JSON.parse(document.getElementById("words").textContent);
const language = document.documentElement.lang;
const kilobytes = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Return a sentence in the editor's language, with `%(name)s` filled in. */
export function _(sentence, values = {}) {
  return (words[sentence] ?? sentence).replace(/%\((\w+)\)s/g, (_whole, name) => String(values[name]));
}

export const kB = (bytes) => `${kilobytes.format(bytes / 1000)} kB`;

export const clock = (moment) => new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(moment);

/** Make an element: attributes by name, then what is in it. Words never become markup. */
export function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined));
  return made;
}
