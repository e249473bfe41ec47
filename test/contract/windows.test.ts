import { AwsRecords } from '../../src/adapters/aws/records.ts';
import { MemoryRecords } from '../../src/adapters/memory/records.ts';
import { startTable } from './support/emulators.ts';
import { describeWindows } from './windows-suite.ts';

describeWindows('memory', async (clock) => ({ records: new MemoryRecords(clock), close: async () => undefined }));

describeWindows('DynamoDB', async (clock) => {
  const { client, table, close } = await startTable();
  return { records: new AwsRecords({ client, table, clock, nonces: { random: () => 0.5 } }), close };
});
