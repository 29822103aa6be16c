// The page of the preview: hears what is new, and shows what is looked at.
import { listen, toggleHelp } from "./keys.js";
import { overview } from "./overview.js";
import { editorLink, showFindings, showProblem, showSize } from "./panel.js";
import { change, onChange, state } from "./state.js";
import { Stream } from "./stream.js";
import { clearView, framesNow, showView } from "./views.js";
import { _, clock, element } from "./words.js";

const at = (id) => document.getElementById(id);
const VIEWS = ["mail", "beside", "inbox", "text", "page", "source"];

let look = null;
let problem = null;
let line = 0;

const stream = new Stream((kind, said) => {
  heard[kind](said);
});

const heard = {
  open: () => document.body.classList.remove("lost"),
  lost: () => {
    document.body.classList.add("lost");
    tell(_("The preview has ended. Start it again: newsletter preview"));
  },
  look: (said) => {
    look = said;
    problem = null;
    showLook();
    tell(_("Shown at %(time)s", { time: clock(new Date()) }));
  },
  findings: (said) => {
    if (!look) return;
    look.findings = said.findings;
    showPanel();
  },
  problem: (said) => {
    problem = said;
    at("waiting")?.remove();
    showProblem(problem, said.editor, pickedAt, Boolean(look));
    at("subject").textContent = look?.issue.subject ?? state.issue;
    document.body.classList.toggle("empty", !look);
  },
  overview: (said) => {
    look = null;
    problem = null;
    clearView();
    document.body.classList.add("empty");
    showProblem(null);
    at("subject").textContent = _("All issues");
    at("status").hidden = true;
    document.title = _("All issues");
    at("panes").replaceChildren(overview(said.issues, (issue) => change({ issue, view: "mail" })));
  },
};

function tell(words) {
  at("said").textContent = words;
}

function showLook() {
  const { issue } = look;
  document.body.classList.remove("empty");
  at("subject").textContent = issue.subject;
  document.title = issue.subject;
  at("status").hidden = false;
  at("status").className = `badge ${issue.status}`;
  at("status").textContent = issue.status === "ready" ? _("ready") : _("draft");
  at("command").textContent = look.command;
  showReaders();
  showProblem(null);
  showView(look, picked);
  showPanel();
}

function showPanel() {
  showFindings(look.findings ?? [], look.editor, pickedAt, look.findings === undefined);
  showSize(look.size, line, (chosen) => picked(chosen, false));
  for (const frame of framesNow()) frame.point(line, false);
}

function showReaders() {
  const names = {
    sample: (name) => name,
    unknown: () => _("nothing known of them"),
    segment: (name) => _("segment %(name)s", { name }),
    language: (name) => _("language %(name)s", { name }),
  };
  const options = look.readers.map(({ key, kind, name }) => element("option", { value: key }, names[kind](name)));
  at("reader").replaceChildren(...options);
  at("reader").value = look.reader;
}

/** A block is meant, by a click in the mail or in the panel; twice opens the editor. */
function picked(chosen, isTwice) {
  line = chosen;
  showSize(look.size, line, (other) => picked(other, false));
  document.querySelector(`#blocks [data-line="${line}"]`)?.scrollIntoView({ block: "nearest" });
  for (const frame of framesNow()) frame.point(line, true);
  tell(_("%(path)s, line %(line)s", { path: look.issue.path, line }));
  if (isTwice) openEditor();
}

/** A line of a file is meant: that of the block that it stands in, where it is this issue's. */
function pickedAt(wanted, path) {
  if (!look || path !== look.issue.path) return;
  const block = look.size.blocks.filter((one) => one.line <= wanted).at(-1);
  if (block) picked(block.line, false);
}

function openEditor() {
  const link = look && editorLink(look.editor, look.file, line, 1);
  if (link) element("a", { href: link }).click();
}

function nextBlock(by) {
  const lines = look?.size.blocks.filter((block) => block.is_shown).map((block) => block.line) ?? [];
  if (lines.length) picked(lines[(lines.indexOf(line) + by + lines.length) % lines.length] ?? lines[0], false);
}

function nextFinding(by) {
  const all = [...document.querySelectorAll(".finding")];
  const now = all.indexOf(document.activeElement);
  all[now < 0 ? (by > 0 ? 0 : all.length - 1) : (now + by + all.length) % all.length]?.focus();
}

function nextOption(select, by) {
  const { length } = select.options;
  return length ? select.options[(select.selectedIndex + by + length) % length].value : "";
}

const nextReader = (by) => change({ reader: nextOption(at("reader"), by) });
const nextClient = (by) => change({ client: nextOption(at("client"), by) });

async function copy() {
  try {
    await navigator.clipboard.writeText(at("command").textContent);
    tell(_("Copied. Put your address behind it."));
  } catch {
    getSelection().selectAllChildren(at("command")); // the browser does not let a page copy
  }
}

function showControls() {
  const isPressed = (button, value) => button.setAttribute("aria-pressed", String(value));
  document.querySelectorAll("[data-view]").forEach((one) => isPressed(one, one.dataset.view === state.view));
  document.querySelectorAll("[data-width]").forEach((one) => isPressed(one, one.dataset.width === state.width));
  document.querySelectorAll("[data-scheme]").forEach((one) => isPressed(one, one.dataset.scheme === state.scheme));
  document.querySelectorAll("[data-format]").forEach((one) => isPressed(one, one.dataset.format === state.format));
  isPressed(at("pictures"), state.pictures === "off");
  at("client").value = state.client;
  document.querySelectorAll("[data-for]").forEach((one) => {
    one.hidden = !one.dataset.for.split(" ").includes(state.view);
  });
  at("note").hidden = !state.client || !["mail", "beside"].includes(state.view);
}

onChange((changes) => {
  showControls();
  if ("issue" in changes) { look = null; problem = null; line = 0; }
  stream.open();
  // What a view needs may be there already; if not, it comes with the next event.
  if (look && !("width" in changes && Object.keys(changes).length === 1 && framesNow()[0]?.width === Number(changes.width))) {
    showView(look, picked);
    for (const frame of framesNow()) frame.point(line, false);
  }
});

for (const name of ["view", "width", "scheme", "format"]) {
  document.querySelectorAll(`[data-${name}]`).forEach((one) =>
    one.addEventListener("click", () => change({ [name]: one.dataset[name] })));
}
const flip = (name, one, other) => change({ [name]: state[name] === one ? other : one });
at("pictures").addEventListener("click", () => flip("pictures", "on", "off"));
at("reader").addEventListener("change", () => change({ reader: at("reader").value }));
at("client").addEventListener("change", () => change({ client: at("client").value }));
at("to-issues").addEventListener("click", () => change({ issue: "" }));
at("to-help").addEventListener("click", toggleHelp);
at("copy").addEventListener("click", copy);

listen([
  [["1", "2", "3", "4", "5", "6"], _("Choose a view"), (key) => change({ view: VIEWS[Number(key) - 1] })],
  [["w"], _("Desktop or phone"), () => flip("width", "375", "680")],
  [["d"], _("Light or dark"), () => flip("scheme", "light", "dark")],
  [["i"], _("Pictures on or off"), () => flip("pictures", "on", "off")],
  [["a", "A"], _("As in the next or previous mail program"), (key) => nextClient(key === "a" ? 1 : -1)],
  [["r", "R"], _("Next or previous reader"), (key) => nextReader(key === "r" ? 1 : -1)],
  [["]", "["], _("Next or previous block"), (key) => nextBlock(key === "]" ? 1 : -1)],
  [["n", "p"], _("Next or previous finding"), (key) => nextFinding(key === "n" ? 1 : -1)],
  [["e"], _("Open the editor at the block"), openEditor],
  [["c"], _("Copy the command that sends a test"), copy],
  [["o"], _("All issues"), () => change({ issue: "" })],
]);

showControls();
stream.open();
