// What is looked at, and how. It stands in the address behind #, so that a reload shows the same.
const DEFAULTS = {
  issue: "", view: "mail", reader: "", client: "", width: "680", scheme: "light", pictures: "on", format: "html",
};

const kept = new URLSearchParams(location.hash.slice(1));
export const state = Object.fromEntries(
  Object.entries(DEFAULTS).map(([name, value]) => [name, kept.get(name) ?? value]),
);

/** Change what is looked at; `told` hears of it afterwards. */
export function change(changes) {
  Object.assign(state, changes);
  const changed = Object.entries(state).filter(([name, value]) => value !== DEFAULTS[name]);
  history.replaceState(null, "", `#${new URLSearchParams(changed)}`);
  for (const told of listeners) told(changes);
}

const listeners = [];

export const onChange = (told) => listeners.push(told);
