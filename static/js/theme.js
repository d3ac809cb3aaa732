// Before the first paint: the theme of the user's choice and the width of the menu. Blocking on purpose.
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const choice = root.dataset.theme;
    const chosen = choice === "light" || choice === "dark" ? choice : dark.matches ? "dark" : "light";
    root.setAttribute("data-bs-theme", chosen);
  };
  apply();
  dark.addEventListener("change", apply);

  try {
    root.classList.toggle("is-narrow-menu", localStorage.getItem("menu") === "narrow");
  } catch {
    // Storage may be closed to us; the menu is then simply wide.
  }
})();
