// The lines of a document: a grid that the keyboard alone drives, with totals while one types. Without this the same
// table is a plain form.
import { amountOf, DIGITS, divide, read, taxesOf, written } from "./exact.js";
import { articleList } from "./document-articles.js";

const form = document.querySelector("[data-document-form]");
const grid = form.querySelector("[data-lines]");
const body = grid.querySelector("[data-rows-of-lines]");
const pattern = grid.querySelector("[data-line-pattern]");
const text = grid.dataset;
let next = Number(text.next);

const field = (name) => form.elements.namedItem(name);
const cell = (row, name) => row.querySelector(`[data-cell="${name}"]`);
const valueOf = (row, name) => cell(row, name)?.value.trim() ?? "";
const rows = () => [...body.querySelectorAll("[data-line]")];
const saysNothing = (row) =>
  !row.querySelector("input[type=hidden]") && !["article", "description", "unit_price"].some((name) => valueOf(row, name));
const cellsOf = (row) =>
  [...row.querySelectorAll("[data-cell]")].filter((one) => !one.readOnly && one.offsetParent !== null);

// --- Rows ----------------------------------------------------------------------------------------------------------

function makeRow() {
  const row = pattern.content.querySelector("[data-line]").cloneNode(true);
  for (const one of [row, ...row.querySelectorAll("[name], [id]")]) {
    if (one.id) one.id = one.id.replace("__prefix__", next);
    if (one.name) one.name = one.name.replace("__prefix__", next);
  }
  next += 1;
  fitFirm(row);
  return row;
}

function addAfter(row, focus = true) {
  const made = makeRow();
  if (row) row.after(made);
  else body.append(made);
  settle();
  if (focus) cell(made, "article").focus();
  return made;
}

// The last row is always an empty one to go on in.
function keepOneEmpty() {
  const all = rows();
  if (!all.length || !saysNothing(all.at(-1))) body.append(makeRow());
}

let gone = null;
function remove(row) {
  const all = rows();
  const at = all.indexOf(row);
  const neighbour = all[at + 1] ?? all[at - 1];
  gone = { row, before: row.nextElementSibling };
  const inside = row.contains(document.activeElement);
  row.remove();
  settle();
  if (inside) (neighbour && neighbour.isConnected ? cell(neighbour, "article") : cell(rows()[0], "article")).focus();
  sayDeleted();
}

function sayDeleted() {
  grid.querySelector("[data-undo-line]")?.remove();
  const said = document.createElement("p");
  said.className = "lines-undo";
  said.dataset.undoLine = "";
  said.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.textContent = text.textUndo;
  said.append(`${text.textDeleted} `, button);
  button.addEventListener("click", () => {
    if (gone.before?.isConnected) gone.before.before(gone.row);
    else body.append(gone.row);
    said.remove();
    settle();
    cell(gone.row, "article").focus();
  });
  grid.querySelector(".lines-tools").append(said);
}

function move(row, step) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other || (step > 0 && saysNothing(other) && other === rows().at(-1))) return;
  const focused = document.activeElement;
  if (step < 0) other.before(row);
  else other.after(row);
  settle();
  focused.focus();
}

// --- Amounts -------------------------------------------------------------------------------------------------------

const currency = () => field("currency")?.value ?? "EUR";
const decimals = () => (text.whole.split(" ").includes(currency()) ? 0 : 2);
const includesVat = () => Boolean(field("includes_vat")?.checked);
const sign = (code) => (code === "EUR" ? "€" : code === "BGN" && document.documentElement.lang === "bg" ? "лв." : code);
const money = (value, code = currency(), places = decimals()) => `${written(value, places)}\u00a0${sign(code)}`;

function number(row, name, scale, empty) {
  const one = cell(row, name);
  const typed = one.value.trim();
  const value = typed ? read(typed, scale) : empty;
  one.classList.toggle("is-unread", value === null);
  one.title = value === null ? text.textUnread : "";
  return value;
}

function vatOf(row) {
  const chosen = cell(row, "vat_rate")?.selectedOptions[0];
  if (!chosen) return { percent: 0n, category: "O", ground: "" };
  const percent = read(chosen.dataset.percent.replace(",", "."), 2);
  return { percent, category: chosen.dataset.category, ground: percent ? "" : valueOf(row, "vat_ground") };
}

function fitGround(row) {
  const ground = cell(row, "vat_ground");
  const chosen = cell(row, "vat_rate")?.selectedOptions[0];
  if (!ground || !chosen) return;
  const taxed = chosen.dataset.category === "S";
  row.classList.toggle("is-taxed", taxed);
  const list = taxed ? null : document.getElementById(`grounds-${chosen.dataset.category}`);
  ground.setAttribute("list", list ? list.id : "grounds");
  if (list && list.options.length === 1 && !ground.value) ground.value = list.options[0].value;
}

function count() {
  const places = decimals();
  const lines = [];
  let place = 0;
  for (const row of rows()) {
    fitGround(row);
    const output = row.querySelector("[data-amount-of-line]");
    const empty = saysNothing(row);
    place += empty ? 0 : 1;
    row.querySelector("[data-place]").textContent = empty ? "" : place;
    const quantity = number(row, "quantity", DIGITS, 0n);
    const price = number(row, "unit_price", DIGITS, 0n);
    const discount = number(row, "discount_percent", 2, 0n);
    if (empty || [quantity, price, discount].includes(null)) {
      output.textContent = "";
      continue;
    }
    const amount = amountOf({ quantity, price, discount }, places);
    output.textContent = written(amount, places);
    lines.push({ amount, ...vatOf(row) });
  }
  showTotals(taxesOf(lines, includesVat()));
}

function tableRow(css, words, ...values) {
  const row = document.createElement("tr");
  row.className = css;
  const head = document.createElement("th");
  head.scope = "row";
  head.append(...[words].flat());
  row.append(head);
  for (const [at, value] of values.entries()) {
    const one = document.createElement("td");
    one.className = "is-number";
    one.textContent = value;
    if (at === values.length - 1 && values.length === 1) one.colSpan = 2;
    row.append(one);
  }
  return row;
}

function showTotals(taxes) {
  const sum = (name) => taxes.reduce((whole, tax) => whole + tax[name], 0n);
  const [base, vat] = [sum("base"), sum("tax")];
  const table = document.createElement("table");
  table.className = "totals";
  const head = table.createTHead().insertRow();
  if (!grid.querySelector(".is-without-vat")) for (const [words, css] of [["", ""], [text.textBase, "is-number"], [text.textVat, "is-number"]]) {
    const one = document.createElement("th");
    one.scope = "col";
    one.className = css;
    one.textContent = words;
    head.append(one);
  }
  const inner = table.createTBody();
  for (const tax of grid.querySelector(".is-without-vat") ? [] : taxes) {
    const ground = document.createElement("span");
    ground.className = "muted total-ground";
    ground.textContent = tax.ground;
    const percent = written(tax.percent, 2).replace(/,?0+$/, "") || "0";
    inner.append(tableRow("", [`${percent} %`, ground], money(tax.base), money(tax.tax)));
  }
  const foot = table.createTFoot();
  if (taxes.length > 1) foot.append(tableRow("", "", money(base), money(vat)));
  foot.append(tableRow("total-due", text.textTotal, money(base + vat)));
  const rate = rateNow();
  if (currency() !== "EUR" && rate) {
    foot.append(tableRow("", "EUR", money(divide((base + vat) * 10n ** BigInt(10 - decimals()), rate), "EUR", 2)));
  }
  table.dataset.net = written(base, decimals());
  table.dataset.vat = written(vat, decimals());
  table.dataset.gross = written(base + vat, decimals());
  grid.querySelector("[data-totals]").replaceChildren(table);
  form.querySelector("[data-sum-line]").textContent = `${text.textTotal}: ${money(base + vat)}`;
}

function settle() {
  keepOneEmpty();
  count();
}

// --- Articles and their prices -------------------------------------------------------------------------------------

const units = [...document.querySelectorAll("#units option")];
const unitKey = (name) => units.find((one) => one.value === name || one.dataset.other === name)?.dataset.key ?? "";

async function askPrice(row) {
  if (!text.priceUrl || !row.dataset.article || row.dataset.priced === "hand") return;
  const url = new URL(text.priceUrl, location.href);
  const asked = {
    article: row.dataset.article,
    party: form.dataset.direction === "income" ? text.party : "",
    own_firm: field("own_firm").value,
    date: field("date").value,
    quantity: valueOf(row, "quantity"),
    unit: unitKey(valueOf(row, "unit")),
    currency: currency(),
    includes_vat: includesVat() ? "1" : "",
  };
  for (const [name, value] of Object.entries(asked)) if (value) url.searchParams.set(name, value);
  const answer = await fetch(url, { headers: { Accept: "application/json", "X-Requested-With": "fetch" } }).catch(() => null);
  const said = answer && (await answer.json().catch(() => null));
  const why = row.querySelector("[data-why]");
  if (!said || row.dataset.article !== asked.article || row.dataset.priced === "hand") return;
  if (said.price != null) {
    cell(row, "unit_price").value = said.price.replace(".", ",");
    cell(row, "discount_percent").value = said.discount_percent && Number(said.discount_percent) ? said.discount_percent.replace(".", ",") : "";
  }
  why.textContent = said.error ?? said.why.join(" ");
  why.title = why.textContent;
  count();
}

function take(row, article) {
  row.dataset.article = article.id;
  delete row.dataset.priced;
  cell(row, "article").value = article.code;
  cell(row, "description").value = article.name;
  cell(row, "unit").value = article.unit_name;
  const rate = cell(row, "vat_rate");
  // A firm that is not registered charges no VAT, whatever the article.
  if (rate && isRegistered() && [...rate.options].some((one) => one.value === String(article.vat_rate))) {
    rate.value = article.vat_rate;
  }
  settle();
  askPrice(row);
  const quantity = cell(row, "quantity");
  quantity.focus();
  quantity.select();
}

const list = articleList(grid, text.articlesUrl, text.textNone, (input, article) => take(input.closest("[data-line]"), article));

// --- The keyboard --------------------------------------------------------------------------------------------------

function onwards(one) {
  const row = one.closest("[data-line]");
  const cells = cellsOf(row);
  const following = cells[cells.indexOf(one) + 1];
  if (following) return enter(following);
  const below = row.nextElementSibling ?? (saysNothing(row) ? null : addAfter(row, false));
  if (below) enter(cellsOf(below)[0]);
  else form.querySelector("[name=note]")?.focus();
}

function enter(one) {
  one.focus();
  if (one.select) one.select();
}

body.addEventListener("keydown", async (event) => {
  const one = event.target.closest("[data-cell]");
  if (!one || event.isComposing) return;
  const row = one.closest("[data-line]");
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
  const isArrow = key === "ArrowUp" || key === "ArrowDown";
  const step = key === "ArrowUp" ? -1 : 1;
  if (key === "Enter" && (ctrlKey || metaKey)) {
    event.preventDefault();
    addAfter(row);
  } else if (key === "Enter" && !shiftKey) {
    event.preventDefault(); // the form is not sent from the middle of a line
    if (one.dataset.cell === "article" && (await list.chosen(one))) return;
    onwards(one);
  } else if (isArrow && altKey) {
    event.preventDefault();
    move(row, step);
  } else if (isArrow && list.isOpen(one)) {
    event.preventDefault();
    list.step(step);
  } else if (isArrow && one.tagName === "INPUT" && !one.hasAttribute("list")) {
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    event.preventDefault();
    enter(cell(other, one.dataset.cell));
  } else if ((key === "Delete" || key === "Backspace") && (ctrlKey || metaKey) && (shiftKey || key === "Delete")) {
    event.preventDefault();
    remove(row);
  } else if (key === "Escape" && list.isOpen(one)) {
    event.preventDefault();
    list.close();
  }
});

body.addEventListener("input", (event) => {
  const one = event.target.closest("[data-cell]");
  if (!one) return;
  const row = one.closest("[data-line]");
  if (one.dataset.cell === "article") {
    delete row.dataset.article;
    list.ask(one);
  }
  if (one.dataset.cell === "unit_price") {
    row.dataset.priced = "hand";
    row.querySelector("[data-why]").textContent = "";
  }
  one.classList.remove("is-invalid");
  settle();
});
body.addEventListener("change", (event) => {
  const one = event.target.closest("[data-cell]");
  if (!one) return;
  if (one.dataset.cell === "vat_rate") cell(one.closest("[data-line]"), "vat_ground").value = "";
  if (["quantity", "unit"].includes(one.dataset.cell)) askPrice(one.closest("[data-line]"));
  settle();
});
body.addEventListener("focusout", (event) => {
  if (event.target.dataset.cell === "article") setTimeout(() => list.close(event.target), 150);
});
grid.addEventListener("click", (event) => {
  if (event.target.closest("[data-line-add]")) {
    const last = rows().at(-1);
    if (saysNothing(last)) enter(cell(last, "article"));
    else addAfter(last);
  }
  const button = event.target.closest("[data-line-delete]");
  if (button) remove(button.closest("[data-line]"));
});

// --- Rows out of a spreadsheet -------------------------------------------------------------------------------------

const PASTED = ["article", "description", "quantity", "unit", "unit_price", "discount_percent"];
body.addEventListener("paste", (event) => {
  const one = event.target.closest("[data-cell]");
  const pasted = event.clipboardData?.getData("text/plain") ?? "";
  const start = one ? PASTED.indexOf(one.dataset.cell) : -1;
  const several = pasted.includes("\t") || pasted.trim().includes("\n");
  if (start < 0 || !several) return;
  event.preventDefault();
  let row = one.closest("[data-line]");
  const lines = pasted.replace(/\r\n?/g, "\n").split("\n").filter((line) => line.trim());
  for (const [at, line] of lines.entries()) {
    if (at > 0) row = row.nextElementSibling && saysNothing(row.nextElementSibling) ? row.nextElementSibling : addAfter(row, false);
    for (const [column, value] of line.split("\t").entries()) {
      const target = PASTED[start + column] && cell(row, PASTED[start + column]);
      if (target && !target.readOnly) target.value = value.trim();
    }
    if (valueOf(row, "unit_price")) row.dataset.priced = "hand";
  }
  settle();
  enter(cell(row, one.dataset.cell));
  document.body.dispatchEvent(
    new CustomEvent("notice", { detail: { text: text.textPasted.replace("{count}", lines.length), level: "info" } }),
  );
});

// --- What the head of the document says to the lines ----------------------------------------------------------------

const isRegistered = () =>
  form.dataset.received === "1" || form.dataset.registered.split(" ").includes(field("own_firm").value);

// The rate with which rows begin follows the firm: one that is not registered charges no VAT (чл. 113, ал. 9).
function fitFirm(row) {
  const rate = cell(row, "vat_rate");
  const ground = cell(row, "vat_ground");
  if (!rate || form.dataset.received === "1" || !text.usual || !text.outside) return;
  if (!isRegistered() && rate.selectedOptions[0]?.dataset.category === "S") {
    rate.value = text.outside;
    ground.value = text.outsideGround;
  } else if (isRegistered() && rate.value === text.outside && ground.value === text.outsideGround) {
    rate.value = text.usual;
    ground.value = "";
  }
}

let rateOfDay = null;
const rateNow = () => (field("rate")?.value.trim() ? read(field("rate").value, 8) : rateOfDay);
async function askRate() {
  const help = form.querySelector("#field-rate .field-help");
  rateOfDay = null;
  if (!text.rateUrl || !help || currency() === "EUR") return count();
  const url = new URL(text.rateUrl, location.href);
  url.searchParams.set("currency", currency());
  url.searchParams.set("date", field("tax_event_date")?.value || field("date").value);
  const answer = await fetch(url, { headers: { Accept: "application/json", "X-Requested-With": "fetch" } }).catch(() => null);
  const said = answer && (await answer.json().catch(() => null));
  if (!said) return;
  help.textContent =
    said.error ??
    text.textRate.replace("{rate}", said.rate).replace("{currency}", said.currency).replace("{day}", said.on);
  rateOfDay = said.rate ? read(said.rate, 8) : null;
  count();
}

const due = field("due_date");
const readDay = (words) => {
  const found = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/.exec(words.trim());
  return found && new Date(Date.UTC(found[3], found[2] - 1, found[1]));
};
let dueByItself = due?.value ?? null;
function fitDue() {
  if (!due?.dataset.term || (due.value && due.value !== dueByItself)) return;
  const day = readDay(field("received_on")?.value ?? "") ?? readDay(field("date").value);
  if (!day) return;
  day.setUTCDate(day.getUTCDate() + Number(due.dataset.term));
  const two = (part) => String(part).padStart(2, "0");
  dueByItself = `${two(day.getUTCDate())}.${two(day.getUTCMonth() + 1)}.${day.getUTCFullYear()}`;
  due.value = dueByItself;
}

form.addEventListener("change", (event) => {
  const { name } = event.target;
  if (name === "own_firm") for (const row of rows()) fitFirm(row);
  if (["date", "received_on"].includes(name)) fitDue();
  if (["currency", "date", "tax_event_date"].includes(name)) askRate();
  if (["own_firm", "date", "currency", "includes_vat"].includes(name)) for (const row of rows()) askPrice(row);
  if (!event.target.closest("[data-lines]")) count();
});
form.addEventListener("input", (event) => event.target.name === "rate" && count());

// --- The beginning -------------------------------------------------------------------------------------------------

for (const row of rows().reverse()) {
  if (!saysNothing(row)) break;
  row.remove();
}
settle();
fitDue();
if (currency() !== "EUR") askRate();
// Only now is the form as the user finds it: what differs from this is what he typed.
form.dataset.guard = "";
document.body.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: form } }));
if (!document.querySelector("[data-focus]") && form.dataset.documentForm === "new") {
  // A paper of theirs begins with its number, a note with its invoice, all else with the first line.
  const first = field("number") ?? field("corrects");
  if (first?.tomselect) first.tomselect.control_input.focus();
  else (first ?? cell(rows()[0], "article")).focus();
}
