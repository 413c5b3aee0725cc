import { fileURLToPath } from 'node:url';
import { defineConfig } from '../../html/node_modules/vitest/dist/config.js';

const packages = fileURLToPath(new URL('../../html/node_modules/', import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  /* the packages are the console's own: there are no others beside this folder */
  resolve: {
    alias: {
      'playwright-core': `${packages}playwright-core/index.mjs`,
      typescript: `${packages}typescript/lib/typescript.js`,
      vitest: `${packages}vitest/dist/index.js`,
    },
  },
  test: {
    include: ['*.spec.ts'],
    environment: 'node',
    fileParallelism: false,
    /* as of the API: on a machine that we do not know each has a second chance, and is named */
    retry: process.env.LANGORCH_AGAIN ? 1 : 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
