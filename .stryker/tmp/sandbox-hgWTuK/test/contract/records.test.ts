import { AwsRecords } from '../../src/adapters/aws/records.ts';
import { MemoryRecords } from '../../src/adapters/memory/records.ts';
import { describeRecords } from './records-suite.ts';
import { startTable } from './support/emulators.ts';

describeRecords('memory', async (clock) => ({ records: new MemoryRecords(clock), close: async () => undefined }));

describeRecords('DynamoDB', async (clock) => {
  const { client, table, close } = await startTable();
  return { records: new AwsRecords({ client, table, clock, nonces: { random: () => 0.5 } }), close };
});
