/** Chordal on the embedded cloud: SQS, DynamoDB and Lambda's event source mapping over HTTP, with the real SDK and the real bundles. */
import { startLocal } from '../../../src/local/local-cloud.ts';
import { chordalWorkloads } from './chordal-workloads.ts';
import { contest } from './contest.ts';

const local = await startLocal({
  handlersDir: 'handlers',
  service: 'bench',
  stage: 'peers',
  onEvent: (event) => {
    if (event.type === 'trouble') console.error(event.message, event.error);
  },
});
Object.assign(process.env, local.env);
await contest(chordalWorkloads, () => local.stop());
