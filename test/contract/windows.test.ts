import { AwsWindows } from '../../src/adapters/aws/windows.ts';
import { MemoryWindows } from '../../src/adapters/memory/windows.ts';
import { startTable } from './support/emulators.ts';
import { describeWindows } from './windows-suite.ts';

describeWindows('memory', async (clock) => ({ windows: new MemoryWindows(clock), close: async () => undefined }));

describeWindows('DynamoDB', async (clock) => {
  const { client, table, close } = await startTable();
  return { windows: new AwsWindows({ client, table, clock, nonces: { random: () => 0.5 } }), close };
});
