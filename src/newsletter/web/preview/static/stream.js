// The stream of events: each of them is all that there is to show, so nothing can be missed.
import { state } from "./state.js";

const SHOWS = { mail: "mail", beside: "mail", page: "page", text: "text", source: "source", inbox: "" };

/** Listen to what is looked at now; `heard` gets the kind of each event and what it says. */
export class Stream {
  #source = null;
  #asked = "";
  #heard;

  constructor(heard) {
    this.#heard = heard;
    // A browser opens few connections to one server: a page that nobody sees needs none.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.close() : this.open()));
  }

  open() {
    const { issue, reader, client, view } = state;
    const asked = new URLSearchParams(issue ? { issue, reader, client, shows: SHOWS[view] } : {}).toString();
    if (this.#source && asked === this.#asked) return;
    this.close();
    this.#asked = asked;
    const source = new EventSource(`events?${asked}`);
    for (const kind of ["look", "findings", "problem", "overview"]) {
      source.addEventListener(kind, (event) => this.#heard(kind, JSON.parse(event.data)));
    }
    source.addEventListener("open", () => this.#heard("open", {}));
    source.addEventListener("error", () => this.#heard("lost", {}));
    this.#source = source;
  }

  close() {
    this.#source?.close();
    this.#source = null;
  }
}
