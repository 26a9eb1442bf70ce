// Sets the chosen theme before the first paint, so that nothing flashes.
(() => {
  let theme = "system";
  try {
    theme = localStorage.getItem("limner-theme") ?? "system";
  } catch {
    // Storage can be switched off in the browser; the system's theme is a good default.
  }
  document.documentElement.dataset.theme = ["light", "dark"].includes(theme) ? theme : "system";
})();
