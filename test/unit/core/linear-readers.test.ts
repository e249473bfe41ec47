/** Each reader of texts from outside takes a time that grows as its input does, also for what it refuses. */
import { expect, it } from 'vitest';
import { placeOf } from '../../../src/adapters/aws/payloads-requests.ts';
import { fromCelery } from '../../../src/core/canvas/celery-json.ts';
import { weightOf } from '../../../src/core/canvas/weight.ts';
import { answerIn } from '../../../src/core/celery/external.ts';
import { readCelery } from '../../../src/core/celery/wire.ts';
import { isId, isMadeHere, isWorkflowId } from '../../../src/core/protocol/ids.ts';
import { decodeDead, decodeMessage } from '../../../src/core/protocol/message-codec.ts';
import { nearest } from '../../../src/core/text/did-you-mean.ts';
import { mayGetMarks, parseJson } from '../../../src/core/values/json.ts';
import { TENANT_NAME } from '../../../src/core/values/option-checks.ts';
import { decode, fromJson } from '../../../src/core/values/serializer.ts';
import { readAllowList } from '../../../src/lambda/allow-list.ts';
import { deliveryOf } from '../../../src/lambda/handler.ts';
import type { QueueRecord } from '../../../src/lambda/sqs-event.ts';
import { readSubmission } from '../../../src/lambda/submit-request.ts';

/** The repeated texts: the characters at which patterns begin, end and turn back. */
const UNITS = [
  '"',
  '\\"',
  '\\',
  '\\\\"',
  '[',
  '{"a":',
  '",',
  '":"',
  '1',
  '1e',
  '1.',
  '-',
  '-1,',
  '9999999999999999,',
  'N',
  'NaN,',
  'Infinity',
  ' ',
  '\n',
  '.1',
  '~1',
  '!1^1',
  '/1',
  ':',
  'a',
  'A=',
  'aé',
  '\u{1F600}',
  '-report-',
  '%',
];
/** The text before and behind it: a place that is read, or none. */
const AROUND = [
  ['', ''],
  ['"', ''],
  ['["', '"]'],
  ['[', ']'],
  ['{"v":1,"kind":"run","mid":"m","id":"', '"}'],
  [
    '{"v":1,"kind":"run","mid":"m","id":"W","base":"W","try":0,"frames":[],"depth":0,"until":5,"sig":{"task":"a","stored":"table:',
    '"}}',
  ],
] as const;
const MARKS = ['datetime', 'date', 'time', 'timedelta', 'decimal', 'uuid', 'bytes', 'bigint', 'number', 'map', 'none'];

const READERS: readonly (readonly [string, (text: string) => unknown])[] = [
  ['decodeMessage', (text) => decodeMessage(text, 'm')],
  ['decodeDead', (text) => decodeDead(text, 'm')],
  ['parseJson', (text) => parseJson(text, 'the text')],
  ['mayGetMarks', mayGetMarks],
  ['decode', (text) => decode(text, 'the text')],
  [
    'fromJson, by its marks',
    (text) => MARKS.map((type) => quietly(() => fromJson({ __type__: type, __value__: text }))),
  ],
  ['fromCelery', (text) => fromCelery({ task: text, options: { eta: text, task_id: text, queue: text } })],
  ['weightOf', (text) => weightOf({ task: 'a', args: [text] })],
  ['readAllowList', (text) => readAllowList('shop.*.1*.run,*-report-*-daily,*a*b')(text)],
  ['readCelery', readCelery],
  ['readCelery, of base64', (text) => readCelery(Buffer.from(text).toString('base64'))],
  ['readCelery, of a body, and answerIn', (text) => answerOf(celeryMessage(text))],
  ['readSubmission', (text) => readSubmission({ canvas: { task: text }, args: [text], options: { eta: text } })],
  ['deliveryOf', (text) => deliveryOf(deadSchedule(text), 'p-')],
  ['nearest', (text) => nearest(text, [text.slice(1, 300), 'add'])],
  ['the place of a value', (text) => [placeOf(`table:${text}|v${text}/k`), placeOf(`bucket:v/${text}`)]],
  ['ids', (text) => [isId(text), isWorkflowId(text), isMadeHere(text), TENANT_NAME.is(text)]],
];

const SHORT = 16 * 1024;
const TIMES = 8;

it.each(READERS)('%s', { timeout: 120_000 }, (_, read) => {
  for (const unit of UNITS)
    for (const [before, behind] of AROUND) {
      const text = (characters: number): string =>
        `${before}${unit.repeat(Math.ceil(characters / unit.length))}${behind}`;
      const isSlow = growsFaster(
        () => read(text(SHORT)),
        () => read(text(SHORT * TIMES)),
      );
      expect(isSlow, JSON.stringify(text(3 * unit.length))).toBe(false);
    }
});

// --- internal ---

/** A message of Celery whose texts are all this one. */
function celeryMessage(text: string): string {
  const headers = { task: 'add', id: text, root_id: text, eta: text, expires: text, stamps: { s: text } };
  return JSON.stringify({ headers, 'content-type': 'application/json', body: text, properties: { priority: 1 } });
}

function answerOf(message: string): unknown {
  const read = readCelery(message);
  return read !== undefined && !('refused' in read) ? answerIn(read) : read;
}

/** The request of a schedule that could not be sent, as a record of the dead-letter queue. */
function deadSchedule(body: string): QueueRecord {
  return {
    messageId: 'm',
    receiptHandle: 'h',
    body,
    attributes: { ApproximateReceiveCount: '1' },
    eventSourceARN: 'arn:aws:sqs:us-east-1:0:p-dead',
    messageAttributes: { ERROR_CODE: { stringValue: body } },
  };
}

/** Says whether the long run takes more than its share of time. Quadratic is 64 times as long as the short one. */
function growsFaster(short: () => unknown, long: () => unknown): boolean {
  // Below 100 ms a busy machine decides, not the reader.
  return timeOf(long) > 100 && fastest(long) > 100 + 4 * TIMES * fastest(short);
}

/** The shortest of some runs, in ms of this process's own time: others on the machine do not count. */
function fastest(run: () => unknown): number {
  return Math.min(...[1, 2].map(() => timeOf(run)));
}

function timeOf(run: () => unknown): number {
  const before = process.cpuUsage();
  quietly(run);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function quietly(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
