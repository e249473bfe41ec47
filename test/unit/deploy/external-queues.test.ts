import { describe, expect, it } from 'vitest';
import { describeProject } from '../../../src/deploy/project.ts';
import { roles } from '../../../src/deploy/stack/roles.ts';
import { DEFAULT_SETTINGS } from '../../../src/deploy/stack/settings.ts';

const project = describeProject({
  service: 'shop',
  stage: 'dev',
  functions: [
    { name: 'images', file: 'handlers/images.ts' },
    { name: 'text', file: 'handlers/text.ts' },
  ],
});

describe('roles()', () => {
  it('lets a function send to the queues of its Python workers, and no other function', () => {
    const made = roles({ project, settings: DEFAULT_SETTINGS, routes: {}, externalQueues: { images: ['celery'] } });
    const may = Object.entries(made).filter(([, role]) => JSON.stringify(role).includes('}:celery"'));
    expect(may.map(([name]) => name)).toEqual(['ImagesRole']);
    expect(JSON.stringify(made['ImagesRole'])).toContain(
      '{"Effect":"Allow","Action":["sqs:GetQueueUrl","sqs:SendMessage"],"Resource":[{"Fn::Sub":"arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:celery"}]}',
    );
  });
});
