import { AwsPayloads } from '../../src/adapters/aws/payloads.ts';
import { MemoryPayloads } from '../../src/adapters/memory/payloads.ts';
import { describePayloads } from './payloads-suite.ts';
import { startBucket, startTable } from './support/emulators.ts';

describePayloads('memory', async (clock) => ({
  payloads: new MemoryPayloads(clock),
  close: async () => undefined,
}));

describePayloads('DynamoDB and S3', async (clock) => {
  const [{ client: dynamo, table, close: closeTable }, { s3, bucket, close: closeBucket }] = await Promise.all([
    startTable(),
    startBucket(),
  ]);
  const nonces = { random: () => 0.5 };
  return {
    payloads: new AwsPayloads({ dynamo, table, s3: async () => s3, bucket, clock, nonces }),
    close: async () => {
      await Promise.all([closeTable(), closeBucket()]);
    },
  };
});
