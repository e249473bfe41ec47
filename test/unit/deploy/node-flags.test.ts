import { expect, test } from 'vitest';
import { nodeFlags } from '../../../src/deploy/node-flags.ts';

test('a further process has the flags of Node, but neither the debugger nor the code of this one', () => {
  const given = ['--conditions=chordal-source', '--inspect-brk=9229', '--input-type=module', '-e', 'run()'];
  expect(nodeFlags(given)).toEqual(['--conditions=chordal-source']);
});
