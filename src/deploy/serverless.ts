import { join, relative } from 'node:path';
import { ConfigurationError } from '../core/errors/caller.ts';
import { checkCredentials, regionOf } from './aws-account.ts';
import { buildHandlers } from './build.ts';
import type { Build } from './build.ts';
import { findHandlers } from './handler-file.ts';
import type { HandlerFile } from './handler-file.ts';
import { nodeProblem } from './node-version.ts';
import { describeProject } from './project.ts';
import type { FunctionOptions, Project } from './project.ts';
import { alarms } from './stack/alarms.ts';
import { extensions, serverlessFunctions } from './stack/functions.ts';
import { outputs } from './stack/outputs.ts';
import { roles } from './stack/roles.ts';
import { DEFAULT_SETTINGS, readSettings } from './stack/settings.ts';
import type { StackSettings } from './stack/settings.ts';
import { storage } from './stack/storage.ts';
import { logicalName } from './stack/template.ts';
import type { StackParts } from './stack/template.ts';
import { systemHandlers } from './system-handlers.ts';

/** What the Serverless Framework hands to a function that `${file(…)}` names. */
export interface Variables {
  /** What the command was told: `--stage`, `--region`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Resolves a variable, as in `${…}`. */
  readonly resolveVariable: (variable: string) => Promise<unknown>;
}

/** How {@link defineStack} is told where it is and what it is for. */
export interface StackOptions {
  /** The project's root: where `serverless.yml` and the folder `handlers` are. */
  readonly root: string;
  /** The words of the command line, as in `['deploy', '--stage', 'dev']`. */
  readonly command: readonly string[];
  /** The process's variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Says something to whoever runs the command. */
  readonly say: (message: string) => void;
}

/** What `serverless.yml` takes from {@link defineStack}, each by `${file(…):name}`. */
export interface Stack {
  readonly region: (variables: Variables) => Promise<string>;
  readonly functions: (variables: Variables) => Promise<object>;
  readonly resources: (variables: Variables) => Promise<object>;
}

/**
 * Makes what `serverless.yml` needs of a project. For `deploy` and `package` it builds the handlers, so that everything that can be wrong
 * with them is found before anything is deployed.
 *
 * @example
 * // infra/stack.js
 * export const { region, functions, resources } = defineStack({ root, command: process.argv.slice(2), environment: process.env, say: console.error });
 */
export function defineStack(options: StackOptions): Stack {
  const { root, environment, command, say } = options;
  const words = new Set(command);
  const isBuilt = words.has('deploy') || words.has('package');
  let made: Promise<StackParts> | undefined;
  const partsOf = async (variables: Variables): Promise<StackParts> => {
    checkNode();
    // Not within what is made once: a variable that is not known yet is asked for again.
    const given = await readVariables(variables);
    made ??= makeParts(root, isBuilt, given);
    return made;
  };
  const readable =
    <T>(make: (variables: Variables) => Promise<T>) =>
    async (variables: Variables) =>
      make(variables).catch((error: unknown) => {
        throw withoutStack(error);
      });
  return {
    region: readable(async ({ options: given }) => {
      const region = await regionOf(given['region'], environment);
      if (words.has('deploy') || words.has('remove')) await checkCredentials(region);
      return region;
    }),
    functions: readable(async (variables) =>
      serverlessFunctions(await partsOf(variables), relative(root, outDirOf(root))),
    ),
    resources: readable(async (variables) => {
      const parts = await partsOf(variables);
      if (words.has('remove') && parts.settings.retainData) say(whatStays(parts.project));
      return {
        Resources: { ...storage(parts), ...roles(parts), ...alarms(parts) },
        Outputs: outputs(parts),
        extensions: extensions(parts),
      };
    }),
  };
}

// --- internal ---

interface Given {
  readonly service: string;
  readonly stage: string;
  readonly settings: StackSettings;
  /** What is set for a function of its own, by its name. */
  readonly functions: Readonly<Record<string, FunctionOptions>>;
}

/** The machine's own Node runs the framework, unless the project has another. */
function checkNode(): void {
  const problem = nodeProblem(process.versions.node);
  if (problem === undefined) return;
  throw new ConfigurationError(
    `Cannot build handlers: ${problem}. Run npm install --save-dev node@24, and start the framework by npx`,
  );
}

async function readVariables({ resolveVariable }: Variables): Promise<Given> {
  const names = Object.keys(DEFAULT_SETTINGS);
  const values = await Promise.all(names.map((name) => resolveVariable(`param:${name}, null`)));
  const given = Object.fromEntries(names.map((name, index) => [name, values[index] ?? undefined]));
  const functions = await resolveVariable('self:custom.functions, null');
  return {
    service: String(await resolveVariable('self:service')),
    stage: String(await resolveVariable('sls:stage')),
    settings: readSettings(given),
    // What is in it, describeProject checks.
    functions: (functions ?? {}) as Given['functions'],
  };
}

async function makeParts(
  root: string,
  isBuilt: boolean,
  { service, stage, settings, functions }: Given,
): Promise<StackParts> {
  const handlersDir = relative(process.cwd(), join(root, 'handlers'));
  const found = await findHandlers(handlersDir);
  checkNamed(
    functions,
    found.map(({ name }) => name),
  );
  const handlers = found.map((handler) => ({ ...handler, ...standardOptions(settings), ...functions[handler.name] }));
  const project = describeProject({ service, stage, functions: handlers, systemMemoryMb: settings.memory });
  checkLogicalNames(found);
  const build = isBuilt ? await buildAll(handlers, outDirOf(root)) : undefined;
  return { project, settings, routes: build?.routes ?? {} };
}

function buildAll(handlers: Parameters<typeof buildHandlers>[0]['handlers'], outDir: string): Promise<Build> {
  return buildHandlers({ handlers, systemHandlers: systemHandlers(), outDir });
}

function standardOptions({ timeout, memory, batchSize, batchWindow, concurrency }: StackSettings): FunctionOptions {
  return {
    timeoutSeconds: timeout,
    memoryMb: memory,
    batchSize,
    windowSeconds: batchWindow,
    ...(concurrency > 0 && { maximumConcurrency: concurrency }),
  };
}

/** CloudFormation's names take letters and digits alone. */
function checkLogicalNames(handlers: readonly HandlerFile[]): void {
  const taken = new Map<string, string>(
    systemHandlers().map(({ name }) => [logicalName(name), 'one of Chordal itself']),
  );
  for (const { name, file } of handlers) {
    const id = logicalName(name);
    const owner = taken.get(id);
    if (owner !== undefined) {
      throw new ConfigurationError(
        `Cannot name a function after ${file}: in a template it is called ${id}, and so is ${owner}; rename the file`,
      );
    }
    taken.set(id, file);
  }
}

/** What is misspelt would be ignored. */
function checkNamed(functions: Given['functions'], handlers: readonly string[]): void {
  for (const [name, options] of Object.entries(functions)) {
    if (!handlers.includes(name)) {
      throw new ConfigurationError(
        `Cannot set custom.functions.${name}: there is no handlers/${name}.ts; known are ${handlers.join(', ')}`,
      );
    }
    const unknown = Object.keys(options ?? {}).find((key) => !FUNCTION_OPTIONS.includes(key));
    if (unknown !== undefined) {
      throw new ConfigurationError(
        `Cannot set custom.functions.${name}.${unknown}: known are ${FUNCTION_OPTIONS.join(', ')}`,
      );
    }
  }
}

const FUNCTION_OPTIONS: readonly string[] = [
  'timeoutSeconds',
  'memoryMb',
  'batchSize',
  'windowSeconds',
  'maximumConcurrency',
] satisfies readonly (keyof FunctionOptions)[];

/** Ignored by git and by the framework's own bundler, which leaves `.mjs` alone. */
function outDirOf(root: string): string {
  return join(root, '.chordal', 'build');
}

function whatStays({ service, stage }: Project): string {
  return (
    `The table and the bucket of ${service}-${stage} stay, with all results in them: CloudFormation lists them as retained ` +
    `(${service}-${stage}-Table-…, ${service}-${stage}-bucket-…). Delete them by hand, or deploy with --param="retainData=false" before you remove.`
  );
}

/** The framework prints the stack of what was thrown; the message alone says what to do. */
function withoutStack(error: unknown): unknown {
  if (error instanceof ConfigurationError) error.stack = error.message;
  return error;
}
