import { useEffect, useState } from 'react';

export type Theme = 'system' | 'light' | 'dark';

/* boot.js reads the same key before the first paint (vite.mount.ts) */
const key = 'langorch.theme';
const order: readonly Theme[] = ['system', 'light', 'dark'];

/** The theme, and a function that goes on to the next one. */
export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(stored);

  useEffect(() => {
    const root = document.documentElement;
    if (theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = theme;
  }, [theme]);

  const next = () => {
    const chosen = order[(order.indexOf(theme) + 1) % order.length] ?? 'system';
    setTheme(chosen);
    try {
      localStorage.setItem(key, chosen);
    } catch {
      /* no storage: it holds until the page is closed */
    }
  };
  return [theme, next];
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(key);
    return order.find((t) => t === value) ?? 'system';
  } catch {
    return 'system';
  }
}
