import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCelery } from '../../../../src/core/celery/wire.ts';
import { celeryText } from './message.ts';

it.each([true, false])('reads a message with or without the outer base64: %s', (isBase64) => {
  const text = celeryText({ id: 'a', args: [1, 'é'], kwargs: { z: null }, isBase64 });
  expect(readCelery(text)).toMatchObject({ id: 'a', args: [1, 'é'], kwargs: { z: null } });
});

it('reads a body that is JSON without base64', () => {
  const text = celeryText({ envelope: { body: '[[1], {}, null]', properties: {} }, isBase64: false });
  expect(readCelery(text)).toMatchObject({ args: [1], kwargs: {}, embed: {} });
});

it.each(['', 'garbage', '{"v":1}', '[]', 'Zm9v', '{"headers":{}}', '{"body":"x"}'])(
  'leaves what has not the form of Celery to others: %s',
  (text) => {
    expect(readCelery(text)).toBeUndefined();
  },
);

it.each([
  ['a pickled body', { envelope: { 'content-type': 'application/x-python-serialize' } }, /task_serializer = 'json'/],
  ['a compressed body', { headers: { compression: 'application/x-gzip' } }, /task_compression/],
  ['protocol 1', { headers: { task: null } }, /task_protocol = 2/],
  ['a body that is no list', { envelope: { body: 'e30=' } }, /list of args, kwargs and embed/],
  ['arguments that are no list', { envelope: { body: 'WzEse30se31d' } }, /apply_async/],
])('refuses %s and says what to do', (_name, given, fix) => {
  expect(readCelery(celeryText(given))).toMatchObject({ refused: { message: expect.stringMatching(fix) } });
});

it('refuses a body that is kept in S3', () => {
  const pointer = '["software.amazon.payloadoffloading.PayloadS3Pointer",{"s3BucketName":"b","s3Key":"k"}]';
  expect(readCelery(pointer)).toMatchObject({ refused: { message: expect.stringContaining('kept in S3') } });
});

it('reads or refuses any text, and breaks on none', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((json) => Buffer.from(json).toString('base64')),
    fc.json().map((body) => celeryText({ envelope: { body } })),
  );
  fc.assert(
    fc.property(text, (any) => {
      readCelery(any);
    }),
  );
});
