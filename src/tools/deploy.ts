/** `chordal/deploy`: its types, and `defineStack` of `chordal-tools`. */
import type { Stack, StackOptions, Variables } from '../core/types/stack.ts';
import { importTools } from './find-tools.ts';

export type * from '../core/types/function-config.ts';
export type * from '../core/types/stack.ts';

/**
 * Makes the values that `serverless.yml` needs of a project; `infra/stack.js` exports them. For `deploy` and `package` it builds the
 * handlers, so that their faults are found before anything is deployed.
 *
 * @param options the project's root, and the command with its environment.
 */
export function defineStack(options: StackOptions): Stack {
  let made: Promise<Stack> | undefined;
  const valueOf =
    <K extends keyof Stack>(name: K) =>
    async (variables: Variables): Promise<Awaited<ReturnType<Stack[K]>>> => {
      made ??= stackOf(options);
      // Each of them returns what its own type says.
      return (await made)[name](variables) as Promise<Awaited<ReturnType<Stack[K]>>>;
    };
  return {
    region: valueOf('region'),
    functions: valueOf('functions'),
    resources: valueOf('resources'),
    callerEnvironment: valueOf('callerEnvironment'),
  };
}

// --- internal ---

async function stackOf(options: StackOptions): Promise<Stack> {
  const purpose = 'read the stack for serverless.yml';
  // The module is this package's own `src/deploy/serverless.ts`, of the same version.
  const tools = (await importTools('deploy', purpose).catch(withoutStack)) as {
    readonly defineStack: typeof defineStack;
  };
  return tools.defineStack(options);
}

/** The framework prints the stack of a thrown error; the message alone says what to do. */
function withoutStack(error: unknown): never {
  if (error instanceof Error && 'code' in error) error.stack = error.message;
  throw error;
}
