import { createApp } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import { expect, onTestFinished, test } from 'vitest';
import { clientApp } from '../../../src/cli/clouds/cloud.ts';
import { handleDeadLetters } from '../../../src/cli/dead-letters.ts';
import type { DeadLetterAction } from '../../../src/cli/dead-letters.ts';
import { environmentRuntime } from '../../../src/runtime/environment.ts';

test('a letter whose message cannot be read is listed with its beginning, and is not redriven', async () => {
  const app = createApp('letters');
  const cloud = memoryCloud({ all: app.handler(app.task('one', () => 1)) }, { time: 'virtual', logLevel: 'silent' });
  onTestFinished(() => cloud.close());
  const { engine } = clientApp(environmentRuntime());
  const body = `{"Records":[{"s3":"${'x'.repeat(300)}"}]}`;
  await engine.broker.deadLetter({ body, reason: 'no envelope' });
  await cloud.clock.sleep(60_000);
  const answersOf = async (action: DeadLetterAction): Promise<readonly object[]> => {
    const answers: object[] = [];
    const output = {
      answer: (json: unknown) => void answers.push(Object(json) as object),
      text: () => {},
      note: () => {},
      problem: () => {},
      faint: (text: string) => text,
      progress: () => {},
    };
    await handleDeadLetters(action, { days: 15, ids: [] }, { engine }, output);
    return answers;
  };

  const beginning = expect.stringMatching(/^\{"Records":\[\{"s3":"x+…$/) as string;
  expect(await answersOf('list')).toMatchObject([{ body: beginning, reason: 'no envelope' }]);
  const message = expect.stringMatching(/^Cannot redrive \S+: its message cannot be read\. Purge its letter/) as string;
  expect(await answersOf('redrive')).toMatchObject([{ error: { errorType: 'InvalidMessage', message } }]);
});
