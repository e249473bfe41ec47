import { DynamoOutcomes } from '../../src/adapters/aws/outcomes.ts';
import { MemoryOutcomes } from '../../src/adapters/memory/outcomes.ts';
import { describeOutcomes } from './outcomes-suite.ts';
import { startTable } from './support/emulators.ts';

describeOutcomes('memory', async (clock) => ({
  outcomes: new MemoryOutcomes(clock),
  close: async () => undefined,
}));

describeOutcomes('DynamoDB', async (clock) => {
  const { client, table, close } = await startTable();
  return { outcomes: new DynamoOutcomes({ client, table, clock, nonces: { random: () => 0.5 } }), close };
});
