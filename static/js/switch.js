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

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form && form.querySelector("[data-show-when]")) applySwitches(form);
});
document.body.addEventListener("htmx:load", applyAllSwitches);
applyAllSwitches();
