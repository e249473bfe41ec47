import { expect, test } from 'vitest';
import { MemoryCloud } from '../../../src/adapters/memory/cloud.ts';
import { SeededNonces } from '../../../src/adapters/memory/seeded-nonces.ts';
import { VirtualClock } from '../../../src/adapters/memory/virtual-clock.ts';
import { consoleLog } from '../../../src/adapters/system/log.ts';
import { StandIns } from '../../../src/testing/stand-ins.ts';
import { runtimeUntilClosed } from '../../../src/testing/until-closed.ts';

test('every port of a closed cloud refuses what it is asked, but clock, nonces and log', async () => {
  const clock = new VirtualClock();
  const cloud = new MemoryCloud({ clock, nonces: new SeededNonces(1), log: consoleLog('silent') });
  const { ports } = new StandIns({ cloud, tasks: [], given: {} });
  const closing = new AbortController();
  const runtime = runtimeUntilClosed({ ...ports, operations: cloud.operations, routes: {} }, closing.signal);
  const { clock: _clock, nonces: _nonces, log: _log, ...asked } = runtime.ports();
  const all = Object.entries({ ...asked, operations: await runtime.operations() });
  closing.abort();

  expect(all.length).toBeGreaterThan(8);
  for (const [name, port = {}] of all) {
    const any: unknown = Reflect.get(port, 'any');
    await expect(async () => (any as () => Promise<unknown>)(), name).rejects.toThrow(
      'Cannot reach a memoryCloud: it is closed',
    );
  }
});
