// The list of articles under a cell: asked for while one types, chosen by arrows and Enter or by the mouse. A code that
// was scanned ends with Enter, often before the list has come: then the answer itself decides.
export function articleList(place, address, words, take) {
  const box = document.createElement("ul");
  box.className = "article-list";
  box.id = "article-list";
  box.setAttribute("role", "listbox");
  box.popover = "manual";
  place.append(box);
  let owner = null;
  let found = [];
  let active = -1;
  let asked = "";
  let answered = "";
  let timer;

  async function fetchArticles(query) {
    const url = new URL(address, location.href);
    url.searchParams.set("q", query);
    const answer = await fetch(url, { headers: { Accept: "application/json", "X-Requested-With": "fetch" } });
    return answer.ok ? (await answer.json()).results : [];
  }

  function show() {
    box.replaceChildren(
      ...found.map((article, at) => {
        const option = document.createElement("li");
        option.id = `article-${at}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", String(at === active));
        const code = document.createElement("span");
        code.className = "article-code";
        code.textContent = article.code;
        const note = document.createElement("span");
        note.className = "muted";
        note.textContent = article.note;
        option.append(code, ` ${article.name} `, note);
        option.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          choose(at);
        });
        return option;
      }),
    );
    if (!found.length) {
      const none = document.createElement("li");
      none.className = "muted";
      none.textContent = words;
      box.append(none);
    }
    const under = owner.getBoundingClientRect();
    const width = Math.min(Math.max(under.width, 360), innerWidth - 16);
    if (!box.matches(":popover-open")) box.showPopover();
    Object.assign(box.style, {
      left: `${Math.max(8, Math.min(under.left, innerWidth - width - 8))}px`,
      top: `${under.bottom + 2}px`,
      width: `${width}px`,
      maxHeight: `${Math.max(120, innerHeight - under.bottom - 16)}px`,
    });
    owner.setAttribute("aria-activedescendant", active >= 0 ? `article-${active}` : "");
    owner.setAttribute("aria-expanded", "true");
    box.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  function close(of) {
    if (of && of !== owner) return;
    clearTimeout(timer);
    asked = "";
    if (box.matches(":popover-open")) box.hidePopover();
    owner?.setAttribute("aria-expanded", "false");
    owner?.removeAttribute("aria-activedescendant");
    owner = null;
  }

  function choose(at) {
    const [input, article] = [owner, found[at]];
    close();
    take(input, article);
  }

  async function load(input) {
    const query = input.value.trim();
    asked = query;
    const results = await fetchArticles(query).catch(() => []);
    // What came for an older text, or for a cell that was left, is not shown.
    if (asked !== query || document.activeElement !== input) return;
    [owner, found, active, answered] = [input, results, results.length ? 0 : -1, query];
    show();
  }

  return {
    isOpen: (input) => owner === input && box.matches(":popover-open"),
    close,
    step(by) {
      if (!found.length) return;
      active = (active + by + found.length) % found.length;
      show();
    },
    ask(input) {
      clearTimeout(timer);
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-autocomplete", "list");
      input.setAttribute("aria-controls", box.id);
      if (!address || !input.value.trim()) {
        close(input);
        return;
      }
      timer = setTimeout(() => load(input), 180);
    },
    // Enter in the cell: true when an article was taken.
    async chosen(input) {
      const query = input.value.trim();
      if (!address || !query) return false;
      if (owner === input && box.matches(":popover-open") && answered === query) {
        if (active < 0) return false;
        choose(active);
        return true;
      }
      if (input.closest("[data-line]").dataset.article) return false;
      clearTimeout(timer);
      asked = "";
      const results = await fetchArticles(query).catch(() => []);
      const same = results.filter((one) => one.code.toLowerCase() === query.toLowerCase());
      const one = same.length === 1 ? same[0] : results.length === 1 ? results[0] : null;
      if (!one || input.value.trim() !== query) return false;
      owner = input;
      found = [one];
      choose(0);
      return true;
    },
  };
}
