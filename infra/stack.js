/** The values that serverless.yml reads by `${file(./infra/stack.js):…}`. All of them come from src/deploy. */
import { fileURLToPath } from 'node:url';
import { defineStack } from '../src/deploy/serverless.ts';

export const { region, functions, resources, callerEnvironment } = defineStack({
  root: fileURLToPath(new URL('..', import.meta.url)),
  command: process.argv.slice(2),
  environment: process.env,
  say: (message) => process.stderr.write(`\n${message}\n\n`),
});
