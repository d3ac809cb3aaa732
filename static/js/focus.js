// Whoever worked in the side panel goes on where it was opened: at the same button, also when the list behind it, or
// the whole page, came anew meanwhile.
const panel = document.getElementById("panel");
const PLACE = "panel-opener";
let opener = null;
let address = "";
let returning = false;

function reachable(element) {
  if (!element?.isConnected) return null;
  return element.checkVisibility() ? element : element.closest("details[data-menu]")?.querySelector("summary");
}

function giveBack() {
  const same = address && document.querySelector(`[hx-get="${CSS.escape(address)}"]`);
  const place = reachable(opener) ?? reachable(same) ?? document.getElementById("main");
  place?.focus({ preventScroll: true });
}

document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id !== "panel-body" || panel.open) return;
  opener = event.detail.elt;
  address = opener.getAttribute("hx-get") ?? "";
});
panel?.addEventListener("close", () => {
  returning = true;
  giveBack();
});
document.body.addEventListener("htmx:afterSettle", () => {
  if (returning && document.activeElement === document.body) giveBack();
});
for (const kind of ["keydown", "pointerdown"]) {
  document.addEventListener(kind, () => (returning &&= panel.open), true);
}

// Where there is no list to be fetched, the page is loaded again.
const here = () => location.pathname + location.search;
document.body.addEventListener("list-changed", () => {
  if (document.getElementById("list") || !address) return;
  try {
    sessionStorage.setItem(PLACE, JSON.stringify([here(), address]));
  } catch {}
});
try {
  const [page, kept] = JSON.parse(sessionStorage.getItem(PLACE) ?? "[]");
  sessionStorage.removeItem(PLACE);
  if (page === here()) {
    address = kept;
    giveBack();
  }
} catch {}
