// What the archive can do beyond reading: search, and copy an issue with its formatting. Every page works without it.
(() => {
  "use strict";
  const top = new URL("../", document.currentScript.src);

  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  // Buttons below an issue that put on the clipboard its address, and itself, for those who paste it into another editor.
  const share = document.querySelector(".share");
  const addCopier = (words, write) => {
    const button = make("button", { type: "button", textContent: words });
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await write();
      button.textContent = share.dataset.copied;
      setTimeout(() => { button.textContent = words; }, 2000);
    });
    share.append(button);
  };
  if (share && navigator.clipboard) {
    addCopier(share.dataset.copyLink, () => navigator.clipboard.writeText(share.dataset.link));
  }
  const issue = document.querySelector("article.issue");
  if (issue && navigator.clipboard && window.ClipboardItem) {
    addCopier(share.dataset.copy, async () => {
      const copy = issue.cloneNode(true);
      copy.querySelectorAll(".eyebrow .muted, audio, script").forEach(one => one.remove());
      copy.querySelectorAll("[href]").forEach(one => one.setAttribute("href", new URL(one.getAttribute("href"), location)));
      copy.querySelectorAll("[src]").forEach(one => one.setAttribute("src", new URL(one.getAttribute("src"), location)));
      copy.querySelectorAll("source").forEach(one => one.remove());
      await navigator.clipboard.write([new ClipboardItem({
        "text/html": new Blob([copy.innerHTML], { type: "text/html" }),
        "text/plain": new Blob([issue.innerText], { type: "text/plain" }),
      })]);
    });
  }

  // The heading above the comments comes from Isso, which does not know what stands above it.
  const thread = document.getElementById("isso-thread");
  if (thread) {
    new MutationObserver(() => {
      thread.querySelector(".isso-thread-heading")?.setAttribute("aria-level", "3");
    }).observe(thread, { childList: true });
  }

  // Chapters and transcript follow the sound, and lead to their place in it.
  document.querySelectorAll("audio.player").forEach(sound => {
    const around = sound.closest("section, article");
    const marks = [...around.querySelectorAll("[data-seconds]")];
    const seconds = mark => Number(mark.dataset.seconds);
    const lists = [marks.filter(mark => mark.matches("a")), marks.filter(mark => mark.matches("p"))];

    const play = at => {
      sound.currentTime = at;
      sound.play().catch(() => {});
      sound.focus();
    };
    for (const mark of marks) {
      if (mark.matches("p")) mark.tabIndex = 0;
      mark.addEventListener("click", event => {
        if (getSelection().toString()) return;
        event.preventDefault();
        play(seconds(mark));
      });
      mark.addEventListener("keydown", event => {
        if (event.key !== "Enter" || mark.matches("a")) return;
        play(seconds(mark));
      });
    }
    sound.addEventListener("timeupdate", () => {
      for (const list of lists) {
        const now = list.findLast(mark => seconds(mark) <= sound.currentTime);
        list.forEach(mark => mark.toggleAttribute("aria-current", mark === now));
      }
    });
    const asked = /^#t=(\d+)/.exec(location.hash);
    if (asked) sound.currentTime = Number(asked[1]);
  });

  // The search: its index is fetched in pieces, and only when somebody searches.
  const results = document.getElementById("results");
  const field = document.querySelector(".search input");
  if (!results || !field) return;
  let library;
  let latest = 0;

  const load = async () => {
    const pagefind = await import(new URL("search/pagefind.js", top));
    await pagefind.options({ baseUrl: top.pathname, excerptLength: 24 });
    await pagefind.init();
    return pagefind;
  };

  const shown = found => {
    const link = make("a", { href: found.url, textContent: found.meta.title });
    const excerpt = make("p", {});
    // The excerpt holds text and <mark>; nothing else of it is taken over.
    const parsed = new DOMParser().parseFromString(found.excerpt, "text/html").body;
    for (const node of parsed.childNodes) {
      excerpt.append(node.nodeName === "MARK" ? make("mark", { textContent: node.textContent }) : node.textContent);
    }
    return make("li", {}, make("h2", {}, link), excerpt);
  };

  const search = async query => {
    const mine = ++latest;
    const list = document.querySelectorAll("main > .issues, main > .years, main > .turn");
    list.forEach(one => { one.hidden = Boolean(query); });
    results.hidden = !query;
    if (!query) return;
    library ??= load();
    const { results: hits } = await (await library).search(query);
    const found = await Promise.all(hits.slice(0, 20).map(hit => hit.data()));
    if (mine !== latest) return;
    const words = hits.length ? `${results.dataset.found}: ${hits.length}` : results.dataset.none;
    results.replaceChildren(
      make("p", { className: "muted", textContent: words }),
      make("ol", { className: "issues" }, ...found.map(shown)),
    );
  };

  field.form.addEventListener("submit", event => {
    event.preventDefault();
    history.replaceState(null, "", field.value ? `?q=${encodeURIComponent(field.value)}` : location.pathname);
    search(field.value.trim());
  });
  let timer;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => search(field.value.trim()), 150);
  });
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) {
    field.value = asked;
    search(asked.trim());
  }
})();
