/** Checks what the adapters of DynamoDB do between two requests, where another writer or a stale replica may come in. */
import type { DynamoDBClient, GetItemCommandInput, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { DynamoOutcomes } from '../../src/adapters/aws/outcomes.ts';
import { AwsPayloads } from '../../src/adapters/aws/payloads.ts';
import { AwsRecords } from '../../src/adapters/aws/records.ts';
import { MemoryPayloads } from '../../src/adapters/memory/payloads.ts';
import { addressOf } from '../../src/core/protocol/address.ts';
import { memberId } from '../../src/core/protocol/ids.ts';
import { loadResult, loadValue } from '../../src/engine/inputs.ts';
import type { Commit } from '../../src/ports/outcomes.ts';
import { startTable } from './support/emulators.ts';
import type { TestTable } from './support/emulators.ts';
import { TestClock } from './support/test-clock.ts';

const nonces = { random: () => 0.5 };

test('a value that an eventually consistent read misses is read again', async () => {
  const { client, table } = await tableOfTest();
  const clock = new TestClock();
  const s3 = (): never => {
    throw new Error('Cannot use a bucket: a small value needs none.');
  };
  const payloads = new AwsPayloads({ dynamo: client, table, bucket: 'none', s3, clock, nonces });
  const until = clock.now() + 1000;
  const ref = await payloads.putValue({ address: addressOf('W'), token: 't', text: 'there', until });
  let missed = 0;
  beforeEach(client, 'GetItemCommand', async (input: GetItemCommandInput) => {
    if (input.ConsistentRead === true) return undefined;
    missed += 1;
    return {};
  });
  expect(await payloads.getValue({ ref })).toBe('there');
  expect(missed).toBe(1);
});

test('a worker that sees the gate up finds the mark, although an eventually consistent read misses it', async () => {
  const { client, table } = await tableOfTest();
  const clock = new TestClock();
  const records = new AwsRecords({ client, table, clock, nonces });
  const until = clock.now() + 60_000;
  await records.revoke({ scope: 'W', until, gateUntil: until });
  beforeEach(client, 'QueryCommand', async ({ ConsistentRead }: QueryCommandInput) =>
    ConsistentRead === true ? undefined : { Items: [] },
  );
  expect(await records.revoked({ workflows: ['W'] })).toEqual(['W']);
});

test('a client whose eventually consistent read misses a member reads the group again, strongly', async () => {
  const { client, table } = await tableOfTest();
  const clock = new TestClock();
  const outcomes = new DynamoOutcomes({ client, table, clock, nonces });
  for (const index of [0, 1]) {
    await outcomes.commit({
      address: addressOf(memberId('W', index)),
      attempt: 0,
      decision: { state: 'SUCCESS', value: { inline: index } },
      by: { mid: `m${index}`, token: 't' },
      until: clock.now() + 60_000,
    });
  }
  const isStrong: unknown[] = [];
  beforeEach(client, 'QueryCommand', async ({ ConsistentRead }: QueryCommandInput) => {
    isStrong.push(ConsistentRead);
    return ConsistentRead === true ? undefined : { Items: [] };
  });
  const payloads = new MemoryPayloads(clock);
  const value = { join: 'W', n: 2 };
  expect(await loadResult({ outcomes, payloads, clock }, value)).toEqual([0, 1]);
  expect(isStrong).toEqual([false, true]);
  // A body waits for nobody, and pays for the newest at once.
  expect(await loadValue({ outcomes, payloads, clock }, value)).toEqual([0, 1]);
  expect(isStrong).toEqual([false, true, true]);
});

test('an expired item is emptied only if no other writer has brought it back to use since', async () => {
  const { client, table } = await tableOfTest();
  const clock = new TestClock();
  const outcomes = new DynamoOutcomes({ client, table, clock, nonces });
  const commit = (mid: string, value: number): Commit => ({
    address: addressOf('W'),
    attempt: 0,
    decision: { state: 'SUCCESS', value: { inline: value } },
    by: { mid, token: 't' },
    until: clock.now() + 60_000,
  });
  await outcomes.commit(commit('before', 1));
  await clock.sleep(3_600_000);
  let others = 0;
  beforeEach(client, 'PutItemCommand', async () => {
    others += 1;
    // The other writer has found the same expired item, and is faster.
    if (others === 1) await outcomes.commit(commit('faster', 2));
    return undefined;
  });
  const standing = await outcomes.commit(commit('slower', 3));
  expect(others).toBe(2);
  expect(standing.cell.outcome).toMatchObject({ mid: 'faster', value: { inline: 2 } });
});

// --- internal ---

async function tableOfTest(): Promise<TestTable> {
  const table = await startTable();
  onTestFinished(() => table.close());
  return table;
}

/** Has a function see each request of a kind before it is sent; an answer of the function takes the service's place. */
function beforeEach<Input>(
  client: DynamoDBClient,
  command: string,
  see: (input: Input) => Promise<object | undefined>,
): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      // The name of a command says which input it has.
      const answer = context['commandName'] === command ? await see(args.input as Input) : undefined;
      if (answer === undefined) return next(args);
      return { response: {}, output: { $metadata: {}, ...answer } };
    },
    { step: 'initialize', name: `before${command}` },
  );
}
