// What the pages gain with scripts. Everything works without them, only slower.
const text = document.body.dataset;
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Storage may be closed to us: then nothing is remembered, that is all.
function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {}
}
function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

// --- Notices and the bar that shows a request under way -----------------------------------------------------------

// An open dialog makes the rest of the page inert, so the notices move into it.
function noticesInSight() {
  const holder = $("#notices");
  const place = $("dialog[open]") ?? document.body;
  if (holder.parentNode !== place) place.append(holder);
  return holder;
}

function notify(message, level = "info") {
  const notice = document.createElement("div");
  notice.className = `notice notice-${level}`;
  notice.setAttribute("role", level === "error" ? "alert" : "status");
  const words = document.createElement("span");
  words.className = "notice-text";
  words.textContent = message;
  notice.append(words);
  noticesInSight().append(notice);
  setTimeout(() => notice.remove(), level === "error" ? 12000 : 5000);
}

let requests = 0;
function busy(change) {
  requests = Math.max(0, requests + change);
  $("#request-bar")?.classList.toggle("is-busy", requests > 0);
}

// What the page asks for by itself is neither shown nor complained of.
const unasked = (event) => event.detail.requestConfig?.elt.id === "bell-poll";

document.body.addEventListener("htmx:beforeRequest", (event) => unasked(event) || busy(1));
document.body.addEventListener("htmx:afterRequest", (event) => unasked(event) || busy(-1));
document.body.addEventListener("htmx:sendError", (event) => unasked(event) || notify(text.textOffline, "error"));
document.body.addEventListener("htmx:timeout", (event) => unasked(event) || notify(text.textOffline, "error"));
document.body.addEventListener("htmx:responseError", (event) => {
  if (unasked(event)) return;
  notify(event.detail.xhr.status === 403 ? text.textForbidden : text.textFailed, "error");
});
document.body.addEventListener("notice", (event) => notify(event.detail.text ?? event.detail.value, event.detail.level));
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (unasked(event)) {
    takeNews(event);
    return;
  }
  // The session has ended: the log-in page must not land inside a part of this page.
  if (event.detail.xhr.responseURL && new URL(event.detail.xhr.responseURL).pathname.startsWith("/accounts/login/")) {
    event.detail.shouldSwap = false;
    leaving = true;
    location.reload();
  }
});

// --- A question before a deed --------------------------------------------------------------------------------------

function ask(question) {
  const dialog = $("#confirm");
  $("#confirm-text").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

const confirmed = new WeakSet();
document.addEventListener("submit", async (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (!question || confirmed.delete(event.target)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { target, submitter } = event;
  if (await ask(question)) {
    confirmed.add(target);
    target.requestSubmit(submitter);
  }
}, true);

document.body.addEventListener("htmx:confirm", async (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  if (await ask(event.detail.question)) event.detail.issueRequest(true);
});

// --- Forms that ask before what was typed is lost ------------------------------------------------------------------

const asLoaded = new WeakMap();
let leaving = false;

const written = (form) =>
  [...new FormData(form)].map(([name, value]) => `${name}=${value instanceof File ? value.name : value}`).join("&");
const isChanged = (form) => asLoaded.has(form) && asLoaded.get(form) !== written(form);

window.addEventListener("beforeunload", (event) => {
  if (!leaving && $$("form[data-guard]").some(isChanged)) event.preventDefault();
});
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented && event.target.method !== "dialog" && !event.target.hasAttribute("hx-post")) leaving = true;
});

// Two clicks are one deed: a form that is on its way is not sent again at once. (Forms of htmx see to that themselves.)
const sentAt = new WeakMap();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (event.timeStamp - (sentAt.get(form) ?? -Infinity) < 3000) event.preventDefault();
  else sentAt.set(form, event.timeStamp);
});

async function mayLeave(root) {
  return !$$("form[data-guard]", root).some(isChanged) || ask(text.textLeave);
}

document.addEventListener("keydown", async (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || $("dialog[open]") || closeMenus()) return;
  const form = event.target.closest?.("form[data-guard]");
  const way = form && $(".form-buttons a[href]", form);
  if (!way) return;
  event.preventDefault(); // or the same key would close the question the moment it is asked
  if (await mayLeave(document)) {
    leaving = true;
    location.assign(way.href);
  }
});

// --- The side panel ------------------------------------------------------------------------------------------------

const panel = $("#panel");

function closePanel() {
  document.body.append($("#notices"));
  panel.close();
  $("#panel-body").replaceChildren();
}

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "panel-body") return;
  closeMenus();
  if (!panel.open) panel.showModal();
  const fields = ".is-invalid, .panel-scroll :is(input:not([type=hidden]), select, textarea)";
  ($("[data-focus], [autofocus]", panel) ?? $(fields, panel))?.focus();
});
panel?.addEventListener("keydown", async (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.preventDefault(); // a browser asks a dialog only once before it closes it
  if (await mayLeave(panel)) closePanel();
});
panel?.addEventListener("cancel", async (event) => {
  event.preventDefault();
  if (await mayLeave(panel)) closePanel();
});
panel?.addEventListener("click", async (event) => {
  const outside = event.target === panel && event.clientX < panel.getBoundingClientRect().left;
  if ((outside || event.target.closest("[data-panel-close]")) && (await mayLeave(panel))) closePanel();
});
// A moment later: what else the answer announces is dispatched on the form, which closing takes out of the page.
document.body.addEventListener("panel-close", () => setTimeout(() => panel.open && closePanel()));
// Changes come in quick succession: one that comes while the list is being fetched has it fetched once more.
let fetching = false;
let changedMeanwhile = false;
async function refreshList() {
  if (fetching) {
    changedMeanwhile = true;
    return;
  }
  fetching = true;
  do {
    changedMeanwhile = false;
    const here = location.pathname + location.search;
    await window.htmx.ajax("GET", here, { target: "#list", swap: "outerHTML", select: "#list" }).catch(() => {});
  } while (changedMeanwhile);
  fetching = false;
}
document.body.addEventListener("list-changed", () => {
  if ($("#list")) {
    refreshList();
  } else {
    leaving = true;
    location.reload();
  }
});

// --- Menus (details) and the sidebar -------------------------------------------------------------------------------

function closeMenus(except) {
  const open = $$("details[data-menu][open]").filter((menu) => menu !== except && !menu.contains(except));
  for (const menu of open) {
    const focused = menu.contains(document.activeElement);
    menu.open = false;
    if (focused && !except) $("summary", menu).focus();
  }
  return open.length > 0;
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]") ?? document.body));
document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("details[data-menu]") || !menu.open) return;
  const list = $(".menu-list", menu);
  if (list.matches(".bell-menu")) {
    // It shows what the notices show, and they would lie over it.
    for (const notice of $$("#notices .notice:has(.notice-link)")) notice.remove();
    window.htmx.trigger(list, "opened");
  }
  if (menu.closest(".table-wrap:not(.is-fitting)")) {
    // A table that scrolls would cut its menus off.
    const box = menu.getBoundingClientRect();
    Object.assign(list.style, { position: "fixed", top: `${box.bottom + 4}px`, right: `${innerWidth - box.right}px` });
  } else if (list.getBoundingClientRect().left < 0) {
    list.classList.remove("menu-end");
  }
}, true);

document.addEventListener("click", (event) => {
  const sidebar = $("#sidebar");
  if (event.target.closest("[data-sidebar-open]")) {
    event.preventDefault();
    sidebar.classList.add("is-open");
    $("a", sidebar).focus();
  } else if (event.target.closest(".sidebar-close, .sidebar-backdrop")) {
    event.preventDefault();
    sidebar.classList.remove("is-open");
    $("[data-sidebar-open]").focus();
  } else if (event.target.closest("[data-sidebar-collapse]")) {
    const narrow = document.documentElement.classList.toggle("is-narrow-menu");
    showSidebarState();
    remember("menu", narrow ? "narrow" : "wide");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && $("#sidebar.is-open")) $(".sidebar-close").click();
});

function showSidebarState() {
  const narrow = document.documentElement.classList.contains("is-narrow-menu");
  $("[data-sidebar-collapse]")?.setAttribute("aria-pressed", String(narrow));
}

// --- Keys, copying, small things -----------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && !$("dialog[open]")) {
    event.preventDefault();
    $("#global-search")?.select();
    $("#global-search")?.focus();
  }
});

async function fetchText(url) {
  const answer = await fetch(url, { headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok) throw new Error(answer.status);
  return answer.text();
}

// The clipboard of the browser is there only over HTTPS and on this machine; in an office's own network the old way serves.
async function copyText(words) {
  if (navigator.clipboard) return navigator.clipboard.writeText(words);
  const area = document.createElement("textarea");
  area.value = words;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("not copied");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-url]");
  if (button) {
    try {
      await copyText(button.dataset.copyUrl ? await fetchText(button.dataset.copyUrl) : button.dataset.copy);
      button.classList.add("is-done");
      setTimeout(() => button.classList.remove("is-done"), 1500);
      notify(text.textCopied, "success");
    } catch {
      notify(text.textFailed, "error");
    }
  }
  const dismiss = event.target.closest("[data-dismiss]");
  dismiss?.closest(dismiss.dataset.dismiss)?.remove();
});

// --- The bell ------------------------------------------------------------------------------------------------------

const bell = $("#bell-poll");
let lastAsked = 0;
function askForNews() {
  if (!bell?.isConnected || document.hidden) return;
  lastAsked = Date.now();
  window.htmx.trigger(bell, "ask");
}
if (bell) {
  const pause = Number(bell.dataset.every) * 1000;
  setTimeout(askForNews, 2000);
  setInterval(askForNews, pause);
  document.addEventListener("visibilitychange", () => Date.now() - lastAsked > pause && askForNews());
  document.body.addEventListener("bell", askForNews);
}
document.body.addEventListener("htmx:afterSettle", (event) => {
  // The button that marked all as read is gone: the focus stays in the menu.
  const { requestConfig, target } = event.detail;
  if (requestConfig?.verb === "post" && target.matches(".bell-menu")) $("#bell-all").focus();
});
function takeNews(event) {
  if (new URL(event.detail.xhr.responseURL).pathname === bell.getAttribute("hx-get")) {
    noticesInSight();
  } else {
    // Logged out meanwhile: what is being written on this page stays, and no other page lands among the notices.
    event.detail.shouldSwap = false;
    bell.remove();
  }
}

// --- Lists ---------------------------------------------------------------------------------------------------------

function openRow(event) {
  const row = event.target.closest("[data-rows] > tbody > tr");
  const link = row && $(".row-link", row);
  if (!link || event.target.closest("a, button, input, label, select, summary, details, .col-check")) return;
  if (String(getSelection()).trim()) return;
  if (event.button === 1 || event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else if (event.button === 0) link.click();
}
document.addEventListener("click", openRow);
document.addEventListener("auxclick", openRow);

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-check-all]");
  const boxes = $$("[data-check-row]");
  if (all) for (const box of boxes) box.checked = all.checked;
  if (!all && !event.target.closest("[data-check-row]")) return;
  const chosen = boxes.filter((box) => box.checked).length;
  const head = $("[data-check-all]");
  head.checked = chosen > 0 && chosen === boxes.length;
  head.indeterminate = chosen > 0 && chosen < boxes.length;
  $("[data-bulk]")?.classList.toggle("is-shown", chosen > 0);
  const count = $("[data-bulk-count]");
  if (count) count.textContent = String(chosen);
});

document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("[data-filters]")) return;
  if (innerWidth >= 1200 && event.target.dataset.seen) remember("filters", event.target.open ? "open" : "closed");
  fitTables();
}, true);

const lastFilter = new WeakMap();
let filterTimer;
function filterLive(form, delay) {
  clearTimeout(filterTimer);
  filterTimer = setTimeout(() => {
    const now = written(form);
    if (lastFilter.get(form) === now) return;
    lastFilter.set(form, now);
    window.htmx.trigger(form, "live-filter");
  }, delay);
}
document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-live-filter]");
  if (form) filterLive(form, 350);
});
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-live-filter]");
  if (form) filterLive(form, 0);
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-live-filter]")) return;
  event.preventDefault();
  leaving = false;
  filterLive(event.target, 0);
}, true);
document.body.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.elt.matches("[data-live-filter]")) return;
  // Empty fields would only make the address long.
  for (const [name, value] of [...event.detail.formData.entries()]) if (value === "") event.detail.formData.delete(name);
});

// Likely duplicates are asked for while a new party is typed.
document.addEventListener("input", (event) => {
  if (event.target.closest("[data-hints]")) document.body.dispatchEvent(new CustomEvent("hints"));
});

function fitTables() {
  for (const wrap of $$("[data-table-wrap]")) {
    wrap.classList.remove("is-fitting");
    wrap.classList.toggle("is-fitting", $("table", wrap).scrollWidth <= wrap.clientWidth + 1);
  }
}

function fadeTabs() {
  for (const tabs of $$("[data-tabs]")) {
    tabs.classList.toggle("fade-start", tabs.scrollLeft > 4);
    tabs.classList.toggle("fade-end", tabs.scrollLeft + tabs.clientWidth < tabs.scrollWidth - 4);
  }
}
window.addEventListener("resize", () => {
  fitTables();
  fadeTabs();
});

// --- Pickers and rows of a formset ---------------------------------------------------------------------------------

function makePicker(field) {
  const remote = field.dataset.pickerUrl;
  const note = (item, escape) => (item.note ? `<span class="option-note">${escape(item.note)}</span>` : "");
  // A list of options may hold nothing but options: the words in place of them are one that cannot be chosen.
  const nothing = (words) => `<div class="no-results" role="option" aria-disabled="true">${words}</div>`;
  let answered = null;
  let questions = 0;
  const settings = {
    maxOptions: remote ? 20 : null,
    maxItems: field.multiple ? null : 1,
    create: false,
    refreshThrottle: 0,
    plugins: field.multiple ? { remove_button: { title: text.textRemove } } : field.required ? [] : { clear_button: { title: text.textRemove } },
    render: {
      no_results: (data) => nothing(remote && data.input !== answered ? text.textLoading : text.textNothingFound),
      loading: () => nothing(text.textLoading),
      option: (item, escape) => `<div class="option">${escape(item.text)}${note(item, escape)}</div>`,
    },
  };
  if (remote) {
    Object.assign(settings, {
      valueField: "id",
      labelField: "text",
      searchField: [],
      preload: "focus",
      loadThrottle: 250,
      shouldLoad: () => true,
      // Until the answer to what is typed now has come, Enter must not choose from an older one.
      score: (typed) => () => Number(typed === answered),
      load(_asked, done) {
        // What is typed by now: on a busy machine the empty question of the focus comes after the first letters.
        const query = this.inputValue();
        this.clearOptions((option) => this.items.includes(String(option.id)));
        const url = new URL(remote, location.href);
        url.searchParams.set("q", query);
        const question = ++questions;
        fetch(url, { headers: { Accept: "application/json", "X-Requested-With": "fetch" } })
          .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
          .then((found) => {
            // Answers may come in another order than they were asked for: one that a later question overtook says nothing.
            if (question !== questions) return done();
            answered = query;
            done(found.results);
          })
          .catch(() => {
            done();
            notify(text.textFailed, "error");
          });
      },
    });
    if (field.tagName === "INPUT" && field.value) {
      settings.options = [{ id: field.value, text: field.dataset.pickerText || field.value }];
    }
  }
  new window.TomSelect(field, settings);
  if (field.autofocus) field.tomselect.control_input.focus();
  // The picker has taken over the label; the field under it only carries the value.
  field.setAttribute("aria-hidden", "true");
}

document.addEventListener("click", (event) => {
  const formset = event.target.closest("[data-formset-add]")?.closest("[data-formset]");
  if (!formset) return;
  const total = $(`[name="${formset.dataset.formset}-TOTAL_FORMS"]`, formset);
  const row = document.createElement("div");
  row.innerHTML = $("[data-formset-empty]", formset).innerHTML.replaceAll("__prefix__", total.value);
  const added = row.firstElementChild;
  $("[data-formset-rows]", formset).append(added);
  total.value = Number(total.value) + 1;
  enhance(added);
  $("input:not([type=hidden]), select", added)?.focus();
});

// --- What every new piece of the page gets -------------------------------------------------------------------------

function enhance(root) {
  // With what stands beside it: of several new pieces each is told of alone, and what a form held is noted once only.
  const scope = root.parentNode ?? root;
  // In pieces that htmx brings, what is meant for pages without scripts becomes real controls, and would be sent.
  for (const spare of $$("noscript", scope)) spare.remove();
  for (const field of $$("[data-picker-url], [data-enhance-select]", scope)) if (!field.tomselect) makePicker(field);
  for (const form of $$("form[data-guard]", scope)) if (!asLoaded.has(form)) asLoaded.set(form, written(form));
  for (const filters of $$("[data-filters]", scope)) {
    const inFrame = filters.closest(".list-in-frame");
    const narrow = innerWidth < (inFrame ? 768 : 1200);
    if (!filters.dataset.seen && (narrow || (!inFrame && remembered("filters") === "closed"))) filters.open = false;
    filters.dataset.seen = "1";
    const form = $("form", filters);
    lastFilter.set(form, written(form));
  }
  for (const tabs of root.matches("[data-tabs]") ? [root] : $$("[data-tabs]", root)) {
    const active = $(".is-active", tabs);
    if (active) tabs.scrollLeft = active.offsetLeft - tabs.clientWidth / 2 + active.clientWidth / 2;
    tabs.addEventListener("scroll", fadeTabs, { passive: true });
  }
  fitTables();
  fadeTabs();
}

enhance(document.body);
showSidebarState();
document.body.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
document.fonts?.ready.then(fitTables);
$("[data-focus]")?.focus();
