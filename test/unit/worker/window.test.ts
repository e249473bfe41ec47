import { expect, test } from 'vitest';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { makeBench, taskDelivery } from './bench.ts';

test('a message whose window is gone fails its workflow, so that no caller waits for it', async () => {
  const bench = makeBench();
  bench.app.task('one', () => 1);
  expect(await bench.work([taskDelivery('one', { window: { key: 'k', number: 1 } })])).toEqual([]);
  const { cell } = await bench.engine.outcomes.read({ address: addressOf('W') });
  expect(cell.outcome).toMatchObject({ state: 'FAILURE' });
  expect(JSON.stringify(cell.outcome?.value)).toContain('its window is gone');
});
