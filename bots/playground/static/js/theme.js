// Light, dark, or as the system says; the choice stays in this browser.

const STORE = "limner-theme";

/** The choices, in the order shown. */
export const THEMES = ["system", "light", "dark"];

/** Return the theme in use. */
export const theme = () => document.documentElement.dataset.theme;

/** Use a theme from now on. */
export function useTheme(name) {
  document.documentElement.dataset.theme = name;
  try {
    localStorage.setItem(STORE, name);
  } catch {
    // No storage in this browser: the choice lasts as long as the page.
  }
}
