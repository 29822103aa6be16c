// A frame with a mail or a page in it: no script of it runs, and it is changed in place.
import { morph } from "./morph.js";
import { _, element } from "./words.js";

const LINE = /^newsletter-line:(\d+)$/;
const HERE = "data-newsletter-here";
const NARROWEST = 280;
const WIDEST = 1200;
const STEP = 20;

/** Make what asks for a colour scheme get the one that is looked at, whatever the browser's own is. */
function emulated(text, scheme) {
  return text
    .replace(/\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/g, (_whole, asked) =>
      asked === scheme ? "(min-width: 0px)" : "(max-width: 0px)")
    .replace(/(color-scheme"?\s*(?:content="|:)\s*)light dark/g, `$1${scheme}`);
}

export class Frame {
  #iframe;
  #ready;
  #base;
  #wanted = null;
  #scheme;
  #picked;
  #sheets = new Map();

  /**
   * `label` says what is in it; `width` is in pixels, and `resized` hears of another one;
   * `picked` hears of the line of a block that is clicked, and whether twice.
   */
  constructor({ label, width, scheme, base, pictures, picked, resized = null }) {
    this.#scheme = scheme;
    this.#picked = picked;
    this.#base = base;
    this.#iframe = element("iframe", { sandbox: "allow-same-origin", title: label, class: scheme });
    this.#ready = new Promise((done) => this.#iframe.addEventListener("load", () => done(this.#prepare()), { once: true }));
    this.#iframe.src = pictures === "off" ? `${base}?pictures=off` : base;
    this.width = width;
    this.sizeShown = element("span", { class: "px" });
    this.element = element("section", { class: "pane", "aria-label": label },
      element("header", {}, element("span", {}, label), this.sizeShown),
      element("div", { class: "box" }, this.#iframe, resized && this.#handle(resized)));
    this.resize(width);
  }

  resize(width) {
    this.width = Math.max(NARROWEST, Math.min(WIDEST, Math.round(width)));
    this.element.style.setProperty("--width", `${this.width}px`);
    this.sizeShown.textContent = `${this.width} px`;
    this.element.querySelector("[role=separator]")?.setAttribute("aria-valuenow", String(this.width));
  }

  #handle(resized) {
    const handle = element("div", {
      class: "handle", role: "separator", tabindex: "0", "aria-orientation": "vertical", "aria-label": _("Width"),
      "aria-valuemin": String(NARROWEST), "aria-valuemax": String(WIDEST), "aria-valuenow": String(this.width),
    });
    const to = (width) => { this.resize(width); resized(this.width); };
    handle.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
      if (by) { event.preventDefault(); to(this.width + by); }
    });
    handle.addEventListener("pointerdown", (event) => {
      const [from, width] = [event.clientX, this.width];
      handle.setPointerCapture(event.pointerId);
      document.body.classList.add("dragging");
      // It stands in the middle: what the pointer goes, both edges go.
      const move = (moved) => to(width + 2 * (moved.clientX - from));
      const end = () => { document.body.classList.remove("dragging"); handle.removeEventListener("pointermove", move); };
      handle.addEventListener("pointermove", move);
      handle.addEventListener("lostpointercapture", end, { once: true });
    });
    return handle;
  }

  get #document() {
    return this.#iframe.contentDocument;
  }

  #prepare() {
    const inside = this.#document;
    inside.addEventListener("click", (event) => { event.preventDefault(); this.#pick(event.target, false); });
    inside.addEventListener("dblclick", (event) => this.#pick(event.target, true));
    inside.addEventListener("keydown", (event) => {
      // A key that is pressed in the mail is meant for the page around it.
      if (event.key !== "Tab") document.dispatchEvent(new KeyboardEvent("keydown", event));
    });
    const sheet = new this.#iframe.contentWindow.CSSStyleSheet();
    sheet.replaceSync(`[${HERE}] { outline: 2px solid #2f6fed; outline-offset: -2px; } body { cursor: default; }`);
    inside.adoptedStyleSheets = [sheet];
  }

  /** Show HTML; of two calls, the later one wins. */
  async show(html) {
    this.#wanted = html;
    await this.#ready;
    if (!this.#document) return; // another view is on the stage by now
    const fresh = new this.#iframe.contentWindow.DOMParser().parseFromString(emulated(html, this.#scheme), "text/html");
    await this.#withSheets(fresh);
    if (this.#wanted === html && this.#document) morph(this.#document.documentElement, fresh.documentElement);
  }

  /** Put the style sheets that lie beside a page into it, so that they follow its colour scheme too. */
  async #withSheets(fresh) {
    for (const link of fresh.querySelectorAll("link[rel=stylesheet]")) {
      const address = new URL(link.getAttribute("href"), new URL(this.#base, location.href)).href;
      if (!address.startsWith(location.origin)) continue;
      const answer = await fetch(address);
      const sheet = answer.ok ? await answer.text() : this.#sheets.get(address) ?? "";
      this.#sheets.set(address, sheet);
      const style = fresh.createElement("style");
      style.textContent = emulated(sheet, this.#scheme);
      link.replaceWith(style);
    }
  }

  /** Return the parts of the mail that come from the block of each line. */
  #blocks() {
    const found = new Map();
    const walker = this.#document.createTreeWalker(this.#document.body, NodeFilter.SHOW_COMMENT);
    while (walker.nextNode()) {
      const line = Number(LINE.exec(walker.currentNode.data)?.[1] ?? -1);
      if (line < 1) continue;
      const parts = [];
      for (let at = walker.currentNode.nextSibling; at; at = at.nextSibling) {
        if (at.nodeType === Node.COMMENT_NODE && LINE.test(at.data)) break;
        if (at.nodeType === Node.ELEMENT_NODE) parts.push(at);
      }
      found.set(line, parts);
    }
    return found;
  }

  #pick(target, isTwice) {
    for (const [line, parts] of this.#blocks()) {
      if (parts.some((part) => part.contains(target))) this.#picked(line, isTwice);
    }
  }

  /** Outline the block of a line, and no other; bring it into sight if asked to. */
  async point(line, isWanted) {
    await this.#ready;
    if (!this.#document) return;
    for (const [other, parts] of this.#blocks()) {
      for (const part of parts) part.toggleAttribute(HERE, other === line);
      if (other === line && isWanted) parts[0]?.scrollIntoView({ block: "nearest" });
    }
  }
}
