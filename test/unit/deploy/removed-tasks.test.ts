import { expect, test } from 'vitest';
import { withHigh } from '../../../src/core/protocol/priority.ts';
import { sayRemovedTasks } from '../../../src/deploy/removed-tasks.ts';

/** Returns the messages to the user, where the deployed stack answers so. */
async function saidOf(answer: (variable: string) => unknown): Promise<readonly string[]> {
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  const resolveVariable = async (variable: string): Promise<unknown> => answer(variable);
  const options = { service: 'shop', stage: 'dev', region: 'eu-west-1', routes: { add: 'math', count: 'text' }, say };
  await sayRemovedTasks(options, { options: {}, resolveVariable });
  return said;
}

const deployed = (routes: Readonly<Record<string, string>>) => (variable: string) =>
  variable === 'cf(eu-west-1):shop-dev.ChordalRoutes, null' ? JSON.stringify(routes) : null;

test('a deployment says which tasks of the deployed stack are no longer in the code, and what becomes of their work', async () => {
  expect(await saidOf(deployed({ add: 'math', mul: 'math', sub: 'math' }))).toEqual([
    expect.stringMatching(/^Tasks of the deployed stack are no longer in the code: mul, sub\. .* dead letter\. If you/),
  ]);
});

test('a deployment says nothing of tasks that stay or move, and of a stack that is not there or says nothing', async () => {
  const marked = withHigh({ add: 'old', count: 'text' }, { old: ['add'] });
  for (const answer of [deployed(marked), () => null, () => 'text']) expect(await saidOf(answer)).toEqual([]);
});

test('a deployment goes on where the stack cannot be read, and asks again where the framework cannot yet', async () => {
  const failing = (code: string) => (variable: string) => {
    if (variable.startsWith('cf')) throw Object.assign(new Error('Cannot resolve variable'), { code });
    return 'own-name';
  };
  expect(await saidOf(failing('VARIABLE_RESOLUTION_ERROR'))).toEqual([]);
  await expect(saidOf(failing('MISSING_VARIABLE_DEPENDENCY'))).rejects.toThrow('Cannot resolve variable');
});
