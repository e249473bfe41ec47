/** The local runner of Lambda's durable functions: each workload is one execution. There is no queue, so nothing to delay. */
import { contest, upTo } from './contest.ts';
import { peer } from './packages.ts';

interface Context {
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  map(
    name: string,
    items: readonly number[],
    work: (child: Context, item: number) => Promise<number>,
  ): Promise<{ getResults(): readonly number[] }>;
}

const [{ withDurableExecution }, { LocalDurableTestRunner }] = await Promise.all([
  import(peer('@aws/durable-execution-sdk-js')),
  import(peer('@aws/durable-execution-sdk-js-testing')),
]);
await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });

await contest(
  {
    group: (n) => execute((context) => members(context, n)),
    chord: (n) =>
      execute(async (context) => {
        const values = await members(context, n);
        return context.step('tsum', async () => values.reduce((sum, value) => sum + value, 0));
      }),
    chain: (n) =>
      execute(async (context) => {
        let value = 0;
        for (const i of upTo(n)) {
          const before = value;
          value = await context.step(`step ${i}`, async () => before + 1);
        }
        return value;
      }),
  },
  () => LocalDurableTestRunner.teardownTestEnvironment(),
);

// --- internal ---

async function members(context: Context, n: number): Promise<readonly number[]> {
  const results = await context.map('members', upTo(n), (child, i) => child.step(`add ${i}`, async () => i + i));
  return results.getResults();
}

async function execute(work: (context: Context) => Promise<unknown>): Promise<unknown> {
  const handlerFunction = withDurableExecution((_event: unknown, context: Context) => work(context));
  const execution = await new LocalDurableTestRunner({ handlerFunction }).run({ payload: {} });
  return execution.getResult();
}
