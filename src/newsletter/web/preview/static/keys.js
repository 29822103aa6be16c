// Everything that can be done with a key, in the order of the list that ? shows.
import { _, element } from "./words.js";

const help = document.getElementById("help");

/** Listen to keys; each entry of `table` is the keys, what they do in words, and what then happens. */
export function listen(table) {
  const rows = [...table, [["?"], _("Show this list"), () => toggleHelp()]];
  const actions = new Map(rows.flatMap(([keys, , action]) => keys.map((key) => [key, action])));
  document.getElementById("keys").replaceChildren(...rows.flatMap(([keys, words]) => [
    element("dt", {}, ...keys.map((key) => element("kbd", {}, key))), element("dd", {}, words)]));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const isTyping = event.target.closest?.("select, input, textarea, [role=separator]");
    if (isTyping && event.key !== "Escape") return;
    if (help.open && event.key !== "?") return;
    const action = actions.get(event.key);
    if (action) { event.preventDefault(); action(event.key); }
  });
}

export function toggleHelp() {
  if (help.open) help.close();
  else help.showModal();
}
