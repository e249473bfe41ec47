/** What serverless.yml reads by `${file(./infra/stack.js):…}`. Everything in it comes from src/deploy. */
import { fileURLToPath } from 'node:url';
import { defineStack } from '../src/deploy/serverless.ts';

export const { region, functions, resources } = defineStack({
  root: fileURLToPath(new URL('..', import.meta.url)),
  command: process.argv.slice(2),
  environment: process.env,
  say: (message) => process.stderr.write(`\n${message}\n\n`),
});
