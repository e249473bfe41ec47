import { isMark } from '../core/protocol/priority.ts';
import { hasCode } from '../core/text/has-code.ts';
import type { Variables } from '../core/types/stack.ts';
import { objectIn } from '../core/values/json.ts';
import type { Routes } from './routes.ts';

/** The stack to deploy, and where it stands. */
export interface RemovedTasksOptions {
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  /** The routes of the code to deploy. */
  readonly routes: Routes;
  /** Prints a message for the user of the command. */
  readonly say: (message: string) => void;
}

/**
 * Says which tasks of the deployed stack are no longer in the code: work in flight may need them. A stack with some hundred tasks has no
 * output with their names, and nothing is said then.
 */
export async function sayRemovedTasks(options: RemovedTasksOptions, variables: Variables): Promise<void> {
  const { routes, say } = options;
  const deployed = objectIn(await deployedRoutes(options, variables));
  const removed = Object.keys(deployed).filter((task) => !isMark(task) && !Object.hasOwn(routes, task));
  if (removed.length === 0) return;
  const one = removed.length === 1;
  say(
    `${one ? 'A task' : 'Tasks'} of the deployed stack ${one ? 'is' : 'are'} no longer in the code: ${removed.join(', ')}. ` +
      `Work in flight that needs ${one ? 'it' : 'them'} fails with NotRegistered after 12 minutes, and is then a dead letter. ` +
      'If you have renamed a task, register its old name, too, until no work in flight has it.',
  );
}

// --- internal ---

/** Returns the JSON of the deployed routes, or an empty text. A user without the right to read the stack has none to deploy it. */
async function deployedRoutes(
  { service, stage, region }: RemovedTasksOptions,
  { resolveVariable }: Variables,
): Promise<string> {
  try {
    const given = await resolveVariable('self:provider.stackName, null');
    const stackName = typeof given === 'string' ? given : `${service}-${stage}`;
    const text = await resolveVariable(`cf(${region}):${stackName}.ChordalRoutes, null`);
    return typeof text === 'string' ? text : '';
  } catch (error) {
    // The framework asks for the resources again, once it knows how to resolve this variable.
    if (hasCode(error, 'MISSING_VARIABLE_DEPENDENCY')) throw error;
    return '';
  }
}
