// The views: what stands on the stage for each of them.
import { Frame } from "./frame.js";
import { change, state } from "./state.js";
import { _, element } from "./words.js";

const panes = document.getElementById("panes");
const DESKTOP = 640;
const PHONE = 375;
let frames = [];
let built = "";

/** The frames of the view that is looked at. */
export const framesNow = () => frames;

function frame(kind, look, label, width, scheme, more = {}) {
  const base = `site/p/${encodeURIComponent(look.issue.slug)}/`;
  const made = new Frame({ label, width, scheme, base, pictures: state.pictures, ...more });
  made.kind = kind;
  return made;
}

const BUILD = {
  mail: (look, picked) => [frame("mail", look, _("Mail"), Number(state.width), state.scheme,
    { picked, resized: (width) => change({ width: String(width) }) })],
  beside: (look, picked) => [
    frame("mail", look, _("Desktop, light"), DESKTOP, "light", { picked }),
    frame("mail", look, _("Phone, light"), PHONE, "light", { picked }),
    frame("mail", look, _("Phone, dark"), PHONE, "dark", { picked }),
    frame("mail", look, _("Desktop, dark"), DESKTOP, "dark", { picked }),
  ],
  page: (look, picked) => [frame("page", look, _("Web page"), Number(state.width), state.scheme,
    { picked, resized: (width) => change({ width: String(width) }) })],
};

/** Show what is looked at; what is there already is changed in place. */
export function showView(look, picked) {
  const { view, scheme, pictures, issue } = state;
  const wanted = JSON.stringify([view, issue, view === "beside" ? "" : scheme, pictures]);
  if (BUILD[view]) {
    if (wanted !== built) {
      frames = BUILD[view](look, picked);
      panes.replaceChildren(...frames.map((one) => one.element));
      // Four of them may be wider than the stage: it can be scrolled with keys.
      panes.tabIndex = frames.length > 1 ? 0 : -1;
    }
    for (const one of frames) {
      if (view !== "beside") one.resize(Number(state.width));
      if (look[one.kind] !== undefined) one.show(look[one.kind]);
    }
  } else {
    frames = [];
    const scrolled = wanted === built ? panes.firstElementChild?.scrollTop : 0;
    panes.replaceChildren(OTHERS[view](look));
    panes.firstElementChild.scrollTop = scrolled;
  }
  built = wanted;
}

/** Forget the view, as another one is on the stage. */
export function clearView() {
  frames = [];
  built = "";
}

const OTHERS = { text, source, inbox };

function text(look) {
  return element("pre", { class: "text", tabindex: "0", "aria-label": _("Plain text") }, look.text ?? "");
}

function source(look) {
  const shown = look.source?.[state.format] ?? "";
  return element("pre", { class: "source", tabindex: "0", "aria-label": _("Source") }, shown);
}

function inbox(look) {
  const { sender, subject, preheader, first_words: firstWords } = look.inbox;
  const shown = preheader || firstWords;
  const row = (kind, label) => element("figure", { class: `inbox ${kind} ${state.scheme}` },
    element("figcaption", {}, label),
    element("div", { class: "row" },
      element("span", { class: "face", "aria-hidden": "true" }, sender.slice(0, 1)),
      element("span", { class: "sender" }, sender),
      element("span", { class: "when" }, "07:00"),
      element("span", { class: "subject" }, subject),
      element("span", { class: "preheader" }, shown)));
  const counts = _("Subject: %(subject)s characters; preheader: %(preheader)s.", {
    subject: [...subject].length, preheader: [...preheader].length,
  });
  return element("div", { class: "inboxes", tabindex: "0", "aria-label": _("Inbox") },
    row("phone", _("Phone")), row("desktop", _("Desktop")),
    element("p", { class: "quiet" }, counts),
    preheader ? null : element("p", { class: "quiet" }, _("Without a preheader, mail programs show the first words.")));
}
