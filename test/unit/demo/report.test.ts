import { expect, test } from 'vitest';
import { Report, codeOf } from '../../demo/report.ts';

test('check() shows a value that is right, and counts it', () => {
  const { report, text } = reportInMemory();
  report.check('get()', [1, { a: 'b' }], [1, { a: 'b' }]);
  report.summary('0.1 s');

  expect(text()).toBe("    get()    [ 1, { a: 'b' } ]  ✓\n\n1 checks, all as expected; 0.1 s\n");
  expect(report.exitCode).toBe(0);
});

test('check() shows what was expected of a value that is wrong, and the exit code stays 1', () => {
  const { report, text } = reportInMemory();
  report.check('get()', 5, 6);
  report.check('get()', 7, 7);
  report.summary('0.1 s');

  expect(text()).toBe('    get()    5  ✗ expected 6\n    get()    7  ✓\n\n2 checks, 1 wrong; 0.1 s\n');
  expect(report.exitCode).toBe(1);
});

test.each([
  [1, '1'],
  [null, undefined],
  [[0], [-0]],
  [{ a: 1 }, { a: 1, b: undefined }],
])('check() tells %j from %j', (actual, expected) => {
  const { report } = reportInMemory();
  report.check('get()', actual, expected);

  expect(report.exitCode).toBe(1);
});

test('failure() counts as wrong, and so does a report without any check', () => {
  const { report, text } = reportInMemory();
  expect(report.exitCode).toBe(1);
  report.check('get()', 1, 1);
  report.failure(new RangeError('too far'));

  expect(text()).toContain('error    RangeError: too far  ✗');
  expect(report.exitCode).toBe(1);
});

test('a list of lists has a line for each', () => {
  const { report, text } = reportInMemory();
  report.fact('is', 'a\nb');
  report.check('get()', [[1], [2]], [[1], [2]]);

  expect(text()).toBe('    is       a\n             b\n    get()    [[ 1 ],\n              [ 2 ]]  ✓\n');
});

test('a report is coloured by the function it is given', () => {
  const { report, text } = reportInMemory((style, part) => `<${String(style)}>${part}</>`);
  report.code('f()');
  report.check('get()', 1, 1);

  expect(text()).toBe('\n  <cyan>> f()</>\n    <dim>get()   </> 1  <green>✓</>\n');
});

test('codeOf() is the expression of a function', () => {
  expect(codeOf(() => [1].map((x) => x + 1))).toBe('[1].map((x) => x + 1)');
});

// --- internal ---

function reportInMemory(paint?: ConstructorParameters<typeof Report>[0]['paint']): {
  report: Report;
  text: () => string;
} {
  const parts: string[] = [];
  const report = new Report({ write: (part) => void parts.push(part), ...(paint && { paint }) });
  return { report, text: () => parts.join('') };
}
