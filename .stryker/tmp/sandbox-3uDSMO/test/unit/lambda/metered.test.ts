import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeConf } from '../../../src/client/app.ts';
import { makeEngine } from '../../../src/engine/make-engine.ts';
import { metered } from '../../../src/lambda/metered.ts';
import { environmentRuntime } from '../../../src/runtime/environment.ts';

const engine = makeEngine(environmentRuntime(), new Map(), makeConf({}));
let printed: string[];

beforeEach(() => {
  printed = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test('metered() prints a line of what an invocation counted where the stack asks for metrics, also if it fails', async () => {
  for (const [name, value] of Object.entries({ METRICS: 'true', SERVICE: 'shop', STAGE: 'prod' }))
    vi.stubEnv(`CHORDAL_${name}`, value);
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'shop-prod-math');

  const failing = metered(engine, async ({ meter }) => {
    meter?.count('runs');
    throw new Error('the sandbox ends');
  });
  await expect(failing).rejects.toThrow('the sandbox ends');
  await metered(engine, async ({ meter }) => meter?.count('retries'));
  await metered(engine, async () => undefined);

  expect(printed.map((line): unknown => JSON.parse(line))).toEqual([
    expect.objectContaining({ Stack: 'shop-prod', Function: 'shop-prod-math', Runs: 1 }),
    expect.objectContaining({ Retries: 1 }),
  ]);
  expect(printed.every((line) => line.endsWith('\n'))).toBe(true);
});

test('metered() counts nothing elsewhere, as in the embedded cloud', async () => {
  await metered(engine, async ({ meter }) => expect(meter).toBeUndefined());
  expect(printed).toEqual([]);
});
