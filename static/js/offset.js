// The sums of an offset follow what is typed: each side's, and the smaller of the two, which goes off.

"use strict";

const cents = (text) => {
  const bare = String(text ?? "").replace(/[\s\u00a0\u202f'’]/g, "").replace(/(€|EUR)$/i, "");
  const at = Math.max(bare.lastIndexOf(","), bare.lastIndexOf("."));
  const plain = at < 0 ? bare : `${bare.slice(0, at).replace(/[.,]/g, "")}.${bare.slice(at + 1)}`;
  const number = Number(plain);
  return Number.isFinite(number) ? Math.round(number * 100) : 0;
};

function written(amount, currency) {
  const [whole, rest] = (amount / 100).toFixed(2).split(".");
  return `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, "\u00a0")},${rest}\u00a0${currency === "EUR" ? "€" : currency}`;
}

document.addEventListener("input", (event) => {
  const sheet = event.target.closest?.("[data-offset-sheet]");
  if (!sheet) return;
  const sums = { debit: 0, credit: 0 };
  for (const field of sheet.querySelectorAll("[data-offset]")) sums[field.dataset.offset] += cents(field.value);
  for (const side of sheet.querySelectorAll("[data-offset-side]")) {
    side.textContent = written(sums[side.dataset.offsetSide], sheet.dataset.currency);
  }
  const total = sheet.querySelector("[data-offset-total]");
  total.textContent = written(Math.min(sums.debit, sums.credit), sheet.dataset.currency);
});
