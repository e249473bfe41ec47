import { expect, test } from 'vitest';
import { startChordal } from '../integration/cli-support.ts';
import { callers, runCaller } from './support/callers.ts';
import { preparePython } from './support/python.ts';

const python = await preparePython();
const bin = 'bin' in python ? python.bin : '';

/** The AWS CLI and boto3 are Python's; Node is here. */
const missing = 'missing' in python ? ` (skipped but for submit.ts: ${python.missing})` : '';
const runnable = callers.filter((caller) => missing === '' || caller === 'submit.ts');

test(`the calls that are shown for a stack work against \`chordal dev\`${missing}`, async () => {
  const dev = startChordal(['dev', '--json', '--aws', 'embedded']);
  const { env }: { env: Record<string, string> } = JSON.parse(await dev.answer);

  for (const caller of runnable)
    expect(await runCaller(caller, bin, env)).toMatchObject({ state: 'SUCCESS', value: 6 });
}, 60_000);
