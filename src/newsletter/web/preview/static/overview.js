// All issues of the workspace, newest first.
import { _, element } from "./words.js";

/** Return the table of issues; `chosen` hears of the one that is opened. */
export function overview(issues, chosen) {
  if (!issues.length) {
    return element("div", { class: "overview" }, element("p", {}, _("There is no issue yet. The first one is shown as soon as it is saved.")));
  }
  const heads = [_("Date"), _("Issue"), _("Status"), _("Language"), _("Checks")];
  const rows = issues.map((issue) => element("tr", {},
    element("td", {}, issue.date ?? ""),
    element("th", { scope: "row" },
      element("button", { type: "button", class: "link", onclick: () => chosen(issue.name) }, issue.subject || issue.path),
      element("span", { class: "place" }, issue.path)),
    element("td", {}, issue.status ? element("span", { class: `badge ${issue.status}` }, issue.status === "ready" ? _("ready") : _("draft")) : ""),
    element("td", {}, issue.language ?? ""),
    element("td", {}, counted(issue))));
  return element("div", { class: "overview", tabindex: "0", "aria-label": _("All issues") },
    element("table", {},
      element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, ...rows)));
}

function counted({ errors, warnings }) {
  const parts = [];
  if (errors) parts.push(element("span", { class: "count error" }, _("%(count)s errors", { count: errors })));
  if (warnings) parts.push(element("span", { class: "count warning" }, _("%(count)s warnings", { count: warnings })));
  return element("span", {}, ...(parts.length ? parts : [errors === undefined ? "…" : "✓"]));
}
