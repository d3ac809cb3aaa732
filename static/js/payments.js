// What a payment settles: the amount is shared out among the oldest documents while it is typed, until somebody writes
// into a row; what is left is told at once.

"use strict";

const cents = (text) => {
  const bare = String(text ?? "").replace(/[\s\u00a0\u202f'’]/g, "").replace(/(€|EUR)$/i, "");
  const at = Math.max(bare.lastIndexOf(","), bare.lastIndexOf("."));
  const plain = at < 0 ? bare : `${bare.slice(0, at).replace(/[.,]/g, "")}.${bare.slice(at + 1)}`;
  const number = Number(plain);
  return Number.isFinite(number) ? Math.round(number * 100) : 0;
};

const written = (amount) => {
  const [whole, rest] = (Math.abs(amount) / 100).toFixed(2).split(".");
  return `${amount < 0 ? "-" : ""}${whole},${rest}`;
};

const grouped = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, "\u00a0");

const rowsOf = (root) => [...root.querySelectorAll("[data-settle]")];

function toShare(root) {
  const rows = root.querySelector("[data-settle-rows]");
  if (rows?.dataset.settleLeft) return cents(rows.dataset.settleLeft);
  return cents(root.querySelector('[name="amount"]')?.value);
}

function share(root) {
  let left = toShare(root);
  for (const row of rowsOf(root)) {
    if (!("fill" in row.dataset)) continue;
    const part = Math.max(0, Math.min(left, cents(row.dataset.settle)));
    row.value = part ? written(part) : "";
    left -= part;
  }
}

// Rows that hold other parts than would be shared out were written by hand, here or before the page was refused.
function isByHand(root) {
  let left = toShare(root);
  return rowsOf(root).some((row) => {
    const part = "fill" in row.dataset ? Math.max(0, Math.min(left, cents(row.dataset.settle))) : 0;
    left -= part;
    return cents(row.value) !== part;
  });
}

function tellRest(root) {
  const rest = root.querySelector("[data-settle-rest]");
  if (!rest) return;
  const left = toShare(root) - rowsOf(root).reduce((sum, row) => sum + cents(row.value), 0);
  const currency = root.querySelector("[data-settle-rows]").dataset.currency;
  rest.textContent = `${grouped(written(left))}\u00a0${currency === "EUR" ? "€" : currency}`;
  rest.closest(".settle-rest").classList.toggle("is-over", left < 0);
}

document.addEventListener("input", (event) => {
  const root = event.target.closest?.("[data-payment]");
  if (!root) return;
  if ("settle" in event.target.dataset) root.dataset.touched = "1";
  else if (event.target.name === "amount" && !root.dataset.touched) share(root);
  else if (event.target.name !== "amount") return;
  tellRest(root);
});

for (const root of document.querySelectorAll("[data-payment]")) if (isByHand(root)) root.dataset.touched = "1";

// The server has drawn other documents: what was written into the old rows is gone with them.
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "payment-body") return;
  const root = event.detail.target.closest("[data-payment]");
  delete root.dataset.touched;
  tellRest(root);
});
