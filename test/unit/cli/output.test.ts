import { Writable } from 'node:stream';
import { beforeEach, expect, test, vi } from 'vitest';
import { ProcessOutput } from '../../../src/cli/output.ts';

let now = 0;

beforeEach(() => {
  now = 0;
  vi.stubEnv('NO_COLOR', '');
  vi.stubEnv('TERM', 'xterm');
  return () => vi.unstubAllEnvs();
});

test('output of a task ends on stderr, the answer alone on stdout', async () => {
  const { stdout, stderr, output } = makeOutput({ isTTY: false });

  stdout.stream.write('from a task\n');
  output.answer({ value: 1 });
  output.note('a note');
  output.problem('wrong');
  await output.flush();

  expect(stdout.text()).toBe('{"value":1}\n');
  expect(stderr.text()).toBe('from a task\na note\nchordal: wrong\n');
});

test('there is colour on a terminal, unless NO_COLOR says no', () => {
  const coloured = makeOutput({ isTTY: true });
  coloured.output.problem('wrong');
  expect(coloured.stderr.text()).toBe('\u001B[31mchordal:\u001B[39m wrong\n');

  vi.stubEnv('NO_COLOR', 'yes');
  const plain = makeOutput({ isTTY: true });
  plain.output.problem('wrong');
  expect(plain.stderr.text()).toBe('chordal: wrong\n');
});

test('progress is shown on a terminal once the work has taken a second, and removed before other lines', () => {
  const { stderr, output } = makeOutput({ isTTY: true });

  output.progress(1, 3);
  expect(stderr.text()).toBe('');
  now = 1001;
  output.progress(2, 3);
  expect(stderr.text()).toBe('\r\u001B[K2 of 3 done');
  output.note('a note');
  output.progress(3, 3);
  expect(stderr.text()).toBe('\r\u001B[K2 of 3 done\r\u001B[Ka note\n\r\u001B[K3 of 3 done\r\u001B[K');
});

test('there is no progress where stderr is no terminal', () => {
  const { stderr, output } = makeOutput({ isTTY: false });

  now = 5000;
  output.progress(1, 3);

  expect(stderr.text()).toBe('');
});

test('an error of a disk that does not take the answer is no closed terminal', () => {
  const { stdout } = makeOutput({ isTTY: false });

  const error = Object.assign(new Error('write EIO'), { code: 'EIO' });
  expect(() => stdout.stream.emit('error', error)).toThrow('write EIO');
});

test('a terminal that is closed gets no more lines, and the command goes on to its own end', async () => {
  const { stdout, stderr, output } = makeOutput({ isTTY: true });

  stderr.stream.emit('error', Object.assign(new Error('write EIO'), { code: 'EIO' }));
  now = 5000;
  output.note('a note');
  output.progress(1, 3);
  output.answer({ value: 1 });
  await output.flush();

  expect(stderr.text()).toBe('');
  expect(stdout.text()).toBe('{"value":1}\n');
});

function makeOutput({ isTTY }: { isTTY: boolean }): {
  stdout: ReturnType<typeof makeStream>;
  stderr: ReturnType<typeof makeStream>;
  output: ProcessOutput;
} {
  const [stdout, stderr] = [makeStream(isTTY), makeStream(isTTY)];
  return { stdout, stderr, output: new ProcessOutput(stdout.stream, stderr.stream, () => now) };
}

function makeStream(isTTY: boolean): { stream: Writable & { isTTY: boolean }; text: () => string } {
  let written = '';
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      written += String(chunk);
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY }), text: () => written };
}
