import { AwsJournalReader } from '../../src/adapters/aws/journal-reader.ts';
import { AwsJournal } from '../../src/adapters/aws/journal.ts';
import { MemoryJournal } from '../../src/adapters/memory/journal.ts';
import { describeJournal } from './journal-suite.ts';
import { startTable } from './support/emulators.ts';

describeJournal('memory', async (clock) => {
  const journal = new MemoryJournal(clock);
  return { journal, reader: journal, close: async () => undefined };
});

describeJournal('DynamoDB', async (clock) => {
  const { client, table, close } = await startTable();
  const options = { client, table, clock, nonces: { random: () => 0.5 } };
  return { journal: new AwsJournal(options), reader: new AwsJournalReader(options), close };
});
