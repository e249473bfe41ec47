import { DynamoPlaces } from '../../src/adapters/aws/places.ts';
import { MemoryPlaces } from '../../src/adapters/memory/places.ts';
import { describePlaces } from './places-suite.ts';
import { startTable } from './support/emulators.ts';

describePlaces('memory', async () => ({ places: new MemoryPlaces(), close: async () => undefined }));

describePlaces('DynamoDB', async (clock) => {
  const { client, table, close } = await startTable();
  return { places: new DynamoPlaces({ client, table, clock, nonces: { random: () => 0.5 } }), close };
});
