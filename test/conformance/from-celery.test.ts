import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { app } from '../../handlers/tasks/app.ts';
import type { SignatureJson } from '../../src/index.ts';
import { sampleCloud } from '../support/sample-cloud.ts';

/** The text that `json.dumps(sig)` of Celery 5 wrote, and the end of the same canvas when Celery applied it: a value, or a failure. */
interface Row {
  readonly canvas: SignatureJson;
  readonly value?: unknown;
  readonly errorType?: string;
}

const rows = readFileSync(new URL('from-celery.ndjson', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => {
    // The file has been written with these fields.
    const row = JSON.parse(line) as Row;
    return { ...row, name: String(app.signature(row.canvas)) };
  });

describe('a canvas written by Celery', () => {
  const cloud = sampleCloud();
  afterAll(() => cloud.close());

  it.each(rows)('comes to what it comes to in Celery: $name', async ({ canvas, value, errorType }) => {
    const result = await app.signature(canvas).delay();
    if (errorType === undefined) expect(await result.get()).toEqual(value);
    else await expect(result.get()).rejects.toMatchObject({ code: 'CHORDAL_TASK_FAILED', errorType });
  });
});
