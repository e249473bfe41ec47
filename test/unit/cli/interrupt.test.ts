import { expect, onTestFinished, test, vi } from 'vitest';
import { interrupted } from '../../../src/cli/interrupt.ts';

function exits(): readonly unknown[] {
  const before = new Set(SIGNALS.flatMap((signal) => process.listeners(signal)));
  const codes: unknown[] = [];
  const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
    codes.push(code);
    // It does not return.
    return undefined as never;
  });
  onTestFinished(() => {
    exit.mockRestore();
    for (const signal of SIGNALS)
      for (const listener of process.listeners(signal)) if (!before.has(listener)) process.off(signal, listener);
  });
  return codes;
}

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

test('a second Ctrl-C ends a command that stops', async () => {
  const codes = exits();
  const stopping = interrupted();

  process.emit('SIGINT', 'SIGINT');
  await stopping;
  expect(codes).toEqual([]);
  process.emit('SIGINT', 'SIGINT');
  expect(codes).toEqual([130]);
});

test('a terminal that is closed is told by the shell and by the system, and the command still stops in order', async () => {
  const codes = exits();
  const stopping = interrupted();

  process.emit('SIGHUP', 'SIGHUP');
  process.emit('SIGHUP', 'SIGHUP');
  await stopping;
  expect(codes).toEqual([]);
});
