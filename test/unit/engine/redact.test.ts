import { expect, test } from 'vitest';
import type { Log } from '../../../src/ports/system.ts';
import { buryBatch } from '../../../src/worker/bury.ts';
import { deliveryOf, makeBench } from '../worker/bench.ts';

const malformed = JSON.stringify({
  v: 1,
  kind: 'run',
  mid: 'm',
  id: 'W',
  base: 'W',
  try: 0,
  frames: [],
  depth: 0,
  until: 0,
  sig: { args: ['secret'] },
});

test('the log line of a message that cannot be read names its fault, and none of its contents', async () => {
  const lines: string[] = [];
  const bench = makeBench(() => ({ log: logTo(lines) }));

  await bench.work([deliveryOf(malformed)]);
  const [{ reason = '' } = {}] = bench.cloud.queues.dead;
  expect(reason).toMatch(/^InvalidMessage: Cannot read .*, got .*secret/);
  await buryBatch(bench.engine, [deliveryOf(malformed, { reason })], () => 60_000);

  expect(lines.join('\n')).toMatch(/goes to the dead-letter queue.*InvalidMessage: Cannot read/);
  expect(lines.join('\n')).toMatch(/was buried.*InvalidMessage: Cannot read/);
  expect(lines.join('\n')).not.toContain('secret');
});

// --- internal ---

function logTo(lines: string[]): Log {
  const write: Log['info'] = (message, fields) => void lines.push(JSON.stringify({ message, ...fields }));
  return { debug: write, info: write, warn: write, error: write };
}
