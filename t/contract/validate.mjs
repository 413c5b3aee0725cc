// What the tests hold against standards:
//
//   node validate.mjs openapi DOCUMENT           is it an OpenAPI 3.1 document?
//   node validate.mjs schema SCHEMA FILE...      is it a JSON Schema 2020-12, and
//                                                does each file's document fit?
//
// Prints a line for each fault; ends with 0 when there is none.

import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const [what, first, ...files] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
let faults = 0;

function say(where, errors) {
  for (const e of errors ?? []) {
    console.log(`${where}: ${e.instancePath ?? ''} ${e.message ?? e}`);
    faults++;
  }
}

if (what === 'openapi') {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(read(first));

  if (!valid) {
    say(first, Array.isArray(errors) ? errors : [errors]);
  } else if (validator.version !== '3.1') {
    say(first, [`is version ${validator.version}`]);
  }
} else {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false,
    strictRequired: false });
  addFormats(ajv);
  const fits = ajv.compile(read(first));

  for (const file of files) {
    if (!fits(read(file))) {
      say(file, fits.errors.slice(0, 5));
    }
  }
}

process.exit(faults === 0 ? 0 : 1);
