import { expect, onTestFinished, test } from 'vitest';
import { runContracts } from './support/contracts.ts';
import { prepareJava, startDynamoDbLocal, startElasticMq } from './support/java.ts';

const java = await prepareJava();
const lib = 'lib' in java ? java.lib : '';
const skipped = 'missing' in java ? ` (skipped: ${java.missing})` : '';

test.skipIf(skipped !== '')(
  `the AWS adapters pass their contracts on DynamoDB Local and ElasticMQ${skipped}`,
  async () => {
    const [dynamodb, sqs] = await Promise.all([startDynamoDbLocal(lib), startElasticMq(lib)]);
    onTestFinished(async () => {
      await Promise.all([dynamodb.stop(), sqs.stop()]);
    });

    const ended = await runContracts({ CHORDAL_TEST_DYNAMODB: dynamodb.url, CHORDAL_TEST_SQS: sqs.url });
    expect(ended).toMatch(/^\d+ passed, 0 failed/);
  },
  120_000,
);
