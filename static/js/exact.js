// Amounts of a document, counted exactly: whole numbers of the smallest part, never floating point. The same rules as
// trade/amounts.py, which has the last word; a test compares the two.

const DIGITS = 6; // decimals of quantities and prices

// A number as people write it, as a whole number of 10^-scale; null for what is none, or is finer than that.
export function read(text, scale) {
  let bare = text.replace(/[\s\u00a0\u202f'’]/g, "").replaceAll("−", "-").replace(/(€|EUR|лв\.?|BGN)$/i, "");
  if (bare.includes(",") && bare.includes(".")) {
    const decimal = Math.max(bare.lastIndexOf(","), bare.lastIndexOf("."));
    const thousands = bare[decimal] === "," ? "." : ",";
    const whole = bare.slice(0, decimal);
    if (!new RegExp(`^[-+]?[0-9]{1,3}(\\${thousands}[0-9]{3})*$`).test(whole)) return null;
    bare = `${whole.replaceAll(thousands, "")}.${bare.slice(decimal + 1)}`;
  }
  const found = /^([-+]?)([0-9]{1,15})(?:[.,]([0-9]{0,10}))?$/.exec(bare);
  if (!found) return null;
  const [, sign, whole, decimals = ""] = found;
  if (/[1-9]/.test(decimals.slice(scale))) return null;
  const value = BigInt(whole + decimals.slice(0, scale).padEnd(scale, "0"));
  return sign === "-" ? -value : value;
}

// Division of whole numbers, a half rounded away from zero.
export function divide(number, by) {
  const half = ((number < 0n ? -number : number) * 2n + by) / (by * 2n);
  return number < 0n ? -half : half;
}

const power = (exponent) => 10n ** BigInt(exponent);

// Quantity × price − discount, in the smallest part of the currency.
export function amountOf({ quantity, price, discount }, decimals) {
  return divide(quantity * price * (10000n - discount), power(DIGITS * 2 + 4 - decimals));
}

// Base and VAT of each rate, in the order in which each first stands. `percent` counts hundredths of a percent.
export function taxesOf(lines, includesVat) {
  const taxes = new Map();
  for (const line of lines) {
    const key = `${line.category}|${line.percent}|${line.ground}`;
    if (!taxes.has(key)) taxes.set(key, { percent: line.percent, ground: line.ground, sum: 0n });
    taxes.get(key).sum += line.amount;
  }
  return [...taxes.values()].map(({ percent, ground, sum }) => {
    const tax = includesVat ? divide(sum * percent, 10000n + percent) : divide(sum * percent, 10000n);
    return { percent, ground, tax, base: includesVat ? sum - tax : sum };
  });
}

// 1 234,50 – with no-break spaces between thousands.
export function written(value, decimals) {
  const digits = String(value < 0n ? -value : value).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  const rest = decimals ? `,${digits.slice(-decimals)}` : "";
  return `${value < 0n ? "-" : ""}${whole}${rest}`;
}

export { DIGITS };
