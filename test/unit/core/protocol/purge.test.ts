import { expect, test } from 'vitest';
import type { Message } from '../../../../src/core/protocol/message.ts';
import { isPurged } from '../../../../src/core/protocol/purge.ts';
import type { Purges, Sending } from '../../../../src/core/protocol/purge.ts';
import { messageOf } from '../../worker/bench.ts';

const PURGES: Purges = { tasks: { work: 100, both: 50 }, queues: { q: 200 } };
const { sig: _sig, ...rest } = messageOf('work');
const expand: Message = { ...rest, kind: 'expand', sig: { par: [{ task: 'work' }] } };

test.each<[string, Message, Sending, boolean]>([
  ['it was sent before its task was purged', messageOf('work'), { queue: 'other', sentAt: 99 }, true],
  ['it was sent when its task was purged', messageOf('work'), { queue: 'other', sentAt: 100 }, false],
  ['it was sent before its queue was purged', messageOf('add'), { queue: 'q', sentAt: 199 }, true],
  ['its queue was purged after its task', messageOf('both'), { queue: 'q', sentAt: 199 }, true],
  ['another task and another queue were purged', messageOf('add'), { queue: 'other', sentAt: 1 }, false],
  [
    'its task has the name of a property of all objects',
    messageOf('constructor'),
    { queue: 'valueOf', sentAt: 1 },
    false,
  ],
  ['its work is older than the message', messageOf('work', { sent: 99 }), { queue: 'other', sentAt: 101 }, true],
  ['its work is younger than the purge', messageOf('work', { sent: 101 }), { queue: 'other', sentAt: 99 }, false],
  ['its queue does not say when it was sent', messageOf('work'), { queue: 'q' }, false],
  ['it waits for a Python worker', messageOf('work', { asked: 1 }), { queue: 'q', sentAt: 1 }, false],
  ['it ends a window', messageOf('work', { window: { key: 'k', number: 1 } }), { queue: 'q', sentAt: 1 }, false],
  ['it starts a canvas', expand, { queue: 'q', sentAt: 1 }, false],
])('isPurged() judges a message if %s', (_, message, sending, purged) => {
  expect(isPurged(PURGES, message, sending)).toBe(purged);
});
