// The panel: what is wrong, at its line; what each block weighs; the command that sends a test.
import { _, element, kB } from "./words.js";

const at = (id) => document.getElementById(id);

/** Return the address that opens a file at a place in the editor; empty where none is set. */
export function editorLink(pattern, file, line, column) {
  if (!pattern || !file) return "";
  const path = file.split("/").map(encodeURIComponent).join("/");
  return pattern.replace("{path}", path).replace("{line}", Math.max(1, line)).replace("{column}", Math.max(1, column));
}

/** Return one finding; a click on it opens the editor, and `picked` hears of its line. */
export function finding(found, pattern, picked) {
  const link = editorLink(pattern, found.file, found.line, found.column);
  const place = [found.path, found.line, found.column].filter(Boolean).join(":");
  return element(link ? "a" : "button", {
    class: `finding ${found.severity}`, href: link || null, type: link ? null : "button",
    "data-line": found.line, title: link ? _("Open in the editor") : null, onclick: () => picked(found.line, found.path),
  },
  element("span", { class: "what" },
    element("span", { class: "severity" }, found.severity === "error" ? _("error") : _("warning")), ` ${found.message}`),
  element("span", { class: "place" }, place, found.rule ? ` · ${found.rule}` : ""));
}

export function showFindings(findings, pattern, picked, pending) {
  at("findings").replaceChildren(...findings.map((one) => element("li", {}, finding(one, pattern, picked))));
  at("no-findings").hidden = findings.length > 0;
  at("no-findings").textContent = pending ? _("Checking…") : _("Nothing found.");
  const counted = findings.length ? ` (${findings.length})` : "";
  at("findings-head").textContent = _("Checks") + counted;
}

export function showSize(size, line, picked) {
  const share = size.bytes / size.clip_bytes;
  at("size").textContent = _("%(size)s of %(most)s, beyond which Gmail cuts a mail off", {
    size: kB(size.bytes), most: kB(size.clip_bytes),
  });
  at("meter").style.width = `${Math.min(100, share * 100)}%`;
  at("meter").className = share > 1 ? "over" : share > 0.8 ? "near" : "";
  const largest = Math.max(1, size.around_bytes, ...size.blocks.map((block) => block.bytes));
  const row = (name, title, bytes, attributes) => {
    const made = element("button", { type: "button", ...attributes },
      element("span", { class: "kind" }, name), element("span", { class: "title" }, title),
      element("span", { class: "bytes" }, bytes ? kB(bytes) : ""));
    made.style.setProperty("--share", String(bytes / largest));
    return element("li", {}, made);
  };
  const blocks = size.blocks.map((block) => row(
    block.kind, block.is_shown ? block.title : _("not for this reader: %(condition)s", { condition: block.condition }), block.bytes,
    { "aria-pressed": String(block.line === line), class: block.is_shown ? null : "absent", "data-line": block.line,
      onclick: () => picked(block.line) }));
  at("blocks").replaceChildren(...blocks, row(_("around"), _("header and footer"), size.around_bytes, { disabled: true }));
}

export function showProblem(problem, pattern, picked, hasMail) {
  const box = at("problem");
  box.hidden = !problem;
  if (!problem) return box.replaceChildren();
  const rows = problem.findings.map((found) => element("li", {}, finding(found, pattern, picked), sourceLine(found)));
  const head = problem.message || (rows.length === 1 ? _("One fault") : _("%(count)s faults", { count: rows.length }));
  return box.replaceChildren(
    element("h2", {}, head),
    ...(rows.length ? [element("ol", { class: "findings" }, ...rows)] : []),
    ...(hasMail ? [element("p", { class: "quiet" }, _("Below stands what was good last."))] : []));
}

const BEFORE = 50;

/** Return the line of a fault, with a mark under its place; of a long one, what stands around that. */
function sourceLine(found) {
  if (!found.source) return null;
  const cut = Math.max(0, found.column - BEFORE);
  const shown = (cut ? "…" : "") + found.source.slice(cut);
  const marker = found.column ? `\n${" ".repeat(found.column - 1 - cut + (cut ? 1 : 0))}^` : "";
  return element("pre", { class: "line", tabindex: "0", "aria-label": _("The line") }, shown + marker);
}
