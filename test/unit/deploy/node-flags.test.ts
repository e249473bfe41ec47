import { expect, test } from 'vitest';
import { nodeFlags } from '../../../src/deploy/node-flags.ts';

test('a further process has the flags of Node and their values, but neither the debugger nor the code of this one', () => {
  const kept = ['--conditions=chordal-source', '--require', './setup.cjs', '--conditions', 'production'];
  expect(nodeFlags([...kept, '--inspect-brk=9229', '--input-type=module', '-e', 'run()'])).toEqual(kept);
  expect(nodeFlags(['--input-type', 'module', '--eval', 'run()', ...kept, '--eval=run()'])).toEqual(kept);
});
