import { expect, test } from 'vitest';
import { canvasesIn } from '../../../src/cli/read-canvases.ts';

const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

test.each([
  ['{"task": "add"}', [{ task: 'add' }]],
  ['{\n  "task":\n  "add"\n}\n', [{ task: 'add' }]],
  ['[\n1\n]', [[1]]],
  [
    '{\n"task": "identity",\n"args": [NaN]\n}',
    [{ task: 'identity', args: [{ __type__: 'number', __value__: 'NaN' }] }],
  ],
])('canvasesIn() reads %j as one canvas', (text, canvases) => {
  const { name, ...input } = canvasesIn(text, 'file.json');

  expect(name).toBe('file.json');
  expect(input).toEqual({ canvases: canvases.map((json) => ({ where: 'file.json', json })) });
});

test('canvasesIn() reads one canvas a line, passes over blank lines, and counts them', () => {
  const { canvases, fault } = canvasesIn('\n{"task": "a"}\r\n  \r\n{"task": "b"}\r\n', '-');

  expect(fault).toBeUndefined();
  expect(canvases).toEqual([
    { where: 'stdin, line 2', line: 2, json: { task: 'a' } },
    { where: 'stdin, line 4', line: 4, json: { task: 'b' } },
  ]);
});

test('canvasesIn() keeps an error in the place of a line that is no JSON', () => {
  const { canvases, fault } = canvasesIn(`{"task": "a"}\nnonsense\n${deep}`, '-');

  expect(fault).toBeUndefined();
  expect(canvases).toMatchObject([
    { line: 1, json: { task: 'a' } },
    { line: 2, error: { code: 'CHORDAL_SERIALIZATION' } },
    { line: 3, error: { message: 'Cannot read the line: it nests deeper than 1000 levels. Make it flatter.' } },
  ]);
});

test('canvasesIn() says why the whole is no JSON where no line is', () => {
  const { canvases, fault } = canvasesIn('{\n"task": "a"\n"args": []\n}', '-');

  expect(canvases).toHaveLength(4);
  expect(fault).toMatch(/line 3/);
});

test.each([[deep], [deep.replaceAll('[', '[\n')]])(
  'canvasesIn() takes JSON that is too deep for one canvas',
  (text) => {
    expect(canvasesIn(text, '-').canvases).toMatchObject([
      { where: 'stdin', error: { code: 'CHORDAL_SERIALIZATION' } },
    ]);
  },
);

test.each(['', ' \n\r\n\t'])('canvasesIn() refuses the blank text %j', (text) => {
  expect(() => canvasesIn(text, '-')).toThrow('Cannot read a canvas from stdin: it is empty');
});
