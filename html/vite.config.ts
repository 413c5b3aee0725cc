import react from '@vitejs/plugin-react';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';
import { sections } from './src/app/sections.ts';
import { compressed, mountAnywhere } from './vite.mount.ts';

/* `npm run dev` talks to the server of ./langorch run */
const server = process.env.LANGORCH_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: './',
  plugins: [react(), tailwindcss(), mountAnywhere(sections), compressed()],
  server: { proxy: { '/api': server } },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
  },
});
