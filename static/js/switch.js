// Fields that belong to one choice only are shown when it is made: data-show-when="person_kind=natural";
// "country!=BG" means any choice but this one, "country=BG&settlement=" both at once.
// A field with something wrong stays in sight, whatever is chosen. Without scripts all fields are shown.

"use strict";

function chosenIn(form, name) {
  return [...form.querySelectorAll(`[name="${name}"]`)]
    .filter((control) => !["checkbox", "radio"].includes(control.type) || control.checked)
    .map((control) => control.value);
}

function applySwitches(form) {
  for (const control of form.querySelectorAll("[data-show-when]")) {
    const holds = control.dataset.showWhen.split("&").every((condition) => {
      const [, name, not, value] = condition.match(/^(.*?)(!?)=(.*)$/);
      return chosenIn(form, name).includes(value) === (not === "");
    });
    const field = control.closest(".field");
    if (!field) continue;
    const wrong = field.querySelector(".is-invalid") !== null;
    field.hidden = !wrong && !holds;
  }
  for (const row of form.querySelectorAll(".form-row")) {
    row.hidden = [...row.children].every((field) => field.hidden);
  }
}

function applyAllSwitches() {
  for (const form of document.querySelectorAll("form")) {
    if (form.querySelector("[data-show-when]")) applySwitches(form);
  }
}

// The kind of number follows person and country as long as nobody has chosen it: EIK, EGN, foreign number.
function followNumberType(form, changed) {
  const type = form.elements.identifier_type;
  if (!type || !["person_kind", "country"].includes(changed.name)) return;
  const usual = () => {
    if (chosenIn(form, "country")[0] !== "BG") return "foreign";
    return chosenIn(form, "person_kind")[0] === "natural" ? "egn" : "eik";
  };
  if (!type.dataset.chosen && !form.elements.number?.value) type.value = usual();
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form && event.target.name === "identifier_type") event.target.dataset.chosen = "1";
  if (form) followNumberType(form, event.target);
  if (form && form.querySelector("[data-show-when]")) applySwitches(form);
});
document.body.addEventListener("htmx:load", applyAllSwitches);
applyAllSwitches();
