// The types of the API, from a server that runs:
//
//   node scripts/types.mjs http://127.0.0.1:8080/api/openapi.json > src/shared/api.gen.d.ts

import openapiTS, { astToString } from 'openapi-typescript';

const text = astToString(await openapiTS(new URL(process.argv[2], 'file:')));

/* objects of which nothing is said are JSON, and JSON has one name here */
process.stdout.write(
  `import type { Json, JsonObject } from './types';\n\n${text}`
    .replaceAll('Record<string, never>', 'JsonObject')
    .replaceAll(/(: |\| )unknown(?=;|\[|\b)/g, '$1Json')
    .replaceAll('[name: string]: Json;\n                };\n                content', '[name: string]: unknown;\n                };\n                content'),
);
