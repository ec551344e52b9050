// Light or dark: as the system says, until the person says otherwise.

const KEY = "workspace-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export const themeIsDark = () => document.documentElement.dataset.theme === "dark";

export function applyTheme() {
  const chosen = localStorage.getItem(KEY) ?? (system.matches ? "dark" : "light");
  document.documentElement.dataset.theme = chosen;
}

export function toggleTheme() {
  localStorage.setItem(KEY, themeIsDark() ? "light" : "dark");
  applyTheme();
}

system.addEventListener("change", applyTheme);
