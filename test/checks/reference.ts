/** Writes docs/reference.md from the table of options; without `--write` it only says whether the page is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Scope } from '../../src/core/protocol/option.ts';
import { optionsOf } from '../../src/core/protocol/options.ts';
import { markdownTable } from '../bench/support/page.ts';

const PAGE = new URL('../../docs/reference.md', import.meta.url);

/** The reference page. */
export function referencePage(): string {
  return `# Reference: options

<!-- Written by \`npm run docs:reference\` from src/core/protocol/options.ts. Do not edit. -->

Times are seconds, as in Celery, or a \`Date\`. The options of a call win over those of its task, and those over the app's \`taskDefaults\`.

## Of a call

\`add.s(1, 2).set({ … })\`, \`add.applyAsync({ … })\`, and \`options\` in signature JSON under Celery's names. \`chordal call\` and \`chordal run\` take each as \`--name value\`, in small letters with hyphens, as in \`--max-retries 5\`: times in ISO 8601, and objects and signatures in JSON.

${table('call')}

\`applyAsync\` alone, and both commands, also take these, and \`args\` and \`kwargs\`. At most one of \`taskId\`, \`dedupKey\`, \`debounce\` and \`throttle\` can be given.

${table('applyAsync')}

## Of a task

\`app.task(name, { … }, fn)\`.

${table('task')}

## Of a task that a Python worker runs

\`app.external(name, { … })\`. \`queue\` must be given: it is the name of the worker's queue in SQS. The limits are those of the Python task.

${table('external')}

## Of an app

\`createApp(name, { … })\`. Where its table, bucket and queues are can be set here too, and comes from the environment by default.

${table('app')}

## Of a schedule

\`app.schedule(name, when, signature, { … })\`. \`when\` is \`{ every: seconds }\`, \`{ cron: '0 3 * * *', timezone: 'Europe/Berlin' }\`, \`crontab({ minute, hour, dayOfWeek, dayOfMonth, monthOfYear, timezone })\` or \`{ at: Date }\`.

| option | takes | default | meaning |
| --- | --- | --- | --- |
| \`enabled\` | true or false | \`true\` | whether it runs |
| \`start\` | a valid Date |  | nothing runs before it |
| \`end\` | a valid Date |  | nothing runs after it |
| \`jitter\` | a number of seconds that is whole minutes, at most a day | \`0\` | how late a run may be, at random |
| \`catchUp\` | 'once' or 'none' | \`"once"\` | whether a run that could not start in time starts up to a day late |
`;
}

/** The page as it is kept. */
export function keptPage(): string {
  return readFileSync(PAGE, 'utf8');
}

// --- internal ---

function table(scope: Scope): string {
  const rows = optionsOf(scope).map(([name, { celery, check, default: value, doc }]) => {
    const cells = [
      `\`${name}\``,
      ...(scope === 'call' ? [celery === undefined ? '' : `\`${celery}\``] : []),
      check.want,
      value === undefined ? '' : `\`${JSON.stringify(value)}\``,
      doc,
    ];
    return cells;
  });
  const heads = ['option', ...(scope === 'call' ? ['in Celery'] : []), 'takes', 'default', 'meaning'];
  return markdownTable(heads, rows);
}

if (process.argv.includes('--write')) writeFileSync(PAGE, referencePage());
