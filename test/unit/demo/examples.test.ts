import type { TestCloud } from 'chordal/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { add } from '../../../handlers/tasks/math.ts';
import { raiseError } from '../../../handlers/tasks/trouble.ts';
import { runExamples } from '../../demo/examples.ts';
import { Report } from '../../demo/report.ts';
import { Session } from '../../demo/session.ts';
import { sampleCloud } from '../../support/sample-cloud.ts';

let cloud: TestCloud;
let printed: string;
let report: Report;

beforeEach(() => {
  cloud = sampleCloud({ logLevel: 'info' });
  printed = '';
  report = new Report({ write: (text) => void (printed += text) });
});

afterEach(() => {
  vi.restoreAllMocks();
  cloud.close();
});

test('every example has the value that it shows, in memory too', async () => {
  const logged = new Map<string, string>();
  vi.spyOn(console, 'error').mockImplementation((line) => {
    const { taskId, message } = JSON.parse(String(line)) as { taskId: string; message: string };
    logged.set(taskId, message);
  });

  await runExamples(new Session(report, async (taskId) => logged.get(taskId) ?? ''));

  expect(printed).not.toContain('✗');
  expect(report.exitCode).toBe(0);
  expect(printed.match(/✓/g)).toHaveLength(48);
});

test('a value that is not the expected one fails the report', async () => {
  await sessionOf().section('wrong', async (session) => {
    await session.sent(() => add.delay(1, 1), 3);
  });

  expect(printed).toContain('get()    2  ✗ expected 3');
  expect(report.exitCode).toBe(1);
});

test('a task that fails fails the report, and the next section runs', async () => {
  const session = sessionOf();
  await session.section('failing', async () => {
    await session.sent(async () => raiseError.delay(), undefined as never);
  });
  await session.section('next', () => session.called(() => add(1, 1), 2));

  expect(printed).toContain('error    TaskFailedError: deliberate error  ✗');
  expect(printed).toContain('next\n\n');
  expect(printed).toContain('returns  2  ✓');
  expect(report.exitCode).toBe(1);
});

// --- internal ---

function sessionOf(): Session {
  return new Session(report, async () => '');
}
