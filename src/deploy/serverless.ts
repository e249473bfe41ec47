import { join, relative } from 'node:path';
import { ConfigurationError } from '../core/errors/caller.ts';
import { withHigh } from '../core/protocol/priority.ts';
import type { FunctionConfig } from '../core/types/function-config.ts';
import type { Stack, StackOptions, Variables } from '../core/types/stack.ts';
import { checkCredentials, regionOf } from './aws-account.ts';
import { buildHandlers, readSettings as readBuildSettings } from './build.ts';
import { optionsOf, textOf, variablesOf } from './function-config.ts';
import { findHandlers } from './handler-file.ts';
import type { HandlerFile } from './handler-file.ts';
import { nodeProblem } from './node-version.ts';
import { archiveOf, isPackagedByFramework, writeArchive } from './packaging/archive.ts';
import { checkOwnParts, readOwnParts } from './packaging/own-functions.ts';
import { describeProject } from './project.ts';
import type { Project } from './project.ts';
import { checkRemovedQueues, sayLostMessages } from './removed-queues.ts';
import { sayRemovedTasks } from './removed-tasks.ts';
import { checkNamed, readVariables } from './serverless-variables.ts';
import type { Given } from './serverless-variables.ts';
import { alarms } from './stack/alarms.ts';
import { extensions, serverlessFunctions } from './stack/functions.ts';
import type { FunctionFiles } from './stack/functions.ts';
import { callerEnvironment, outputs } from './stack/outputs.ts';
import { checkPolicySizes } from './stack/policy-sizes.ts';
import { checkResourceCount } from './stack/resource-count.ts';
import { roles } from './stack/roles.ts';
import { schedules } from './stack/schedules.ts';
import { standardOptions } from './stack/settings.ts';
import { storage } from './stack/storage.ts';
import { logicalName } from './stack/template.ts';
import type { Resources, StackParts } from './stack/template.ts';
import { systemHandlers } from './system-handlers.ts';

export type * from '../core/types/function-config.ts';
export type * from '../core/types/stack.ts';

/**
 * Makes the values that `serverless.yml` needs of a project; `infra/stack.js` exports them. For `deploy` and `package` it builds the
 * handlers, so that their faults are found before anything is deployed.
 *
 * @param options the project's root, and the command with its environment.
 *
 * @example
 * ```ts
 * const { region, functions, resources, callerEnvironment } = defineStack({
 *   root: process.cwd(),
 *   command: process.argv.slice(2),
 *   environment: process.env,
 *   say: console.error,
 * });
 * ```
 */
export function defineStack(options: StackOptions): Stack {
  const { environment, command } = options;
  const said = new Set<string>();
  const words = new Set(command);
  const isBuilt = words.has('deploy') || words.has('package');
  let made: Promise<Made> | undefined;
  const partsOf = async (variables: Variables): Promise<Made> => {
    checkNode();
    // Not with the values that are made once: a variable that is not known yet is asked for again.
    const given = await readVariables(variables);
    made ??= makeParts(options, isBuilt, given);
    return made;
  };
  const readable =
    <T>(make: (variables: Variables) => Promise<T>) =>
    async (variables: Variables) =>
      make(variables).catch((error: unknown) => {
        throw withoutStack(error);
      });
  /** The framework prints the error of each value: the values after the first have nothing to add. */
  const once = (make: (variables: Variables) => Promise<object>) =>
    readable(async (variables) =>
      make(variables).catch((error: unknown) => {
        if (!(error instanceof ConfigurationError) || !said.has(error.message)) {
          if (error instanceof ConfigurationError) said.add(error.message);
          throw error;
        }
        return {};
      }),
    );
  return {
    region: readable(async ({ options: given }) => {
      const region = await regionOf(given['region'], environment);
      if (words.has('deploy') || words.has('remove')) await checkCredentials(region);
      return region;
    }),
    functions: once(async (variables) => {
      const parts = await partsOf(variables);
      return serverlessFunctions(parts, parts.files);
    }),
    callerEnvironment: once(async (variables) => callerEnvironment(await partsOf(variables))),
    resources: once(async (variables) => {
      const parts = await partsOf(variables);
      if (words.has('deploy')) await checkRemoved(parts, variables, options);
      if (words.has('remove')) await sayRemoval(parts, variables, options);
      return {
        Resources: resourcesOf(parts),
        Outputs: outputs(parts),
        extensions: extensions(parts),
      };
    }),
  };
}

// --- internal ---

/** The machine's own Node runs the framework, unless the project has another. */
function checkNode(): void {
  const problem = nodeProblem(process.versions.node);
  if (problem === undefined) return;
  throw new ConfigurationError(
    `Cannot build handlers: ${problem}. Run npm install --save-dev node@24, and start the framework by npx.`,
  );
}

/** The parts of a stack, and the place of its functions' files. */
interface Made extends StackParts {
  readonly files: FunctionFiles;
}

async function makeParts(stack: StackOptions, isBuilt: boolean, given: Given): Promise<Made> {
  const { root, environment, handlers = 'handlers' } = stack;
  const { service, stage, settings, provider, functions: own } = given;
  const found = await findHandlers(relative(process.cwd(), join(root, handlers)));
  checkNamed(
    own,
    found.map(({ name }) => name),
  );
  const standard = standardOptions(settings);
  const options = { handlers: found, outDir: outDirOf(root), configs: own, standard };
  // Finds mistakes in the written configuration before anything is built.
  const { configs } = await readBuildSettings(options);
  const describe = (all: Readonly<Record<string, FunctionConfig>>, high: readonly string[] = []): Project =>
    describeProject({
      service,
      stage,
      functions: found.map((one) => ({ ...one, ...standard, ...optionsOf(all[one.name] ?? {}) })),
      high,
      systemMemoryMb: settings.memory,
    });
  const files = filesOf(given.patterns, root);
  const planned: Made = { project: describe(configs), settings, provider, routes: {}, files };
  checkLogicalNames(found);
  checkBeside(stack, given, planned);
  if (!isBuilt) return planned;
  checkPatterns(given.patterns, root);
  const build = await buildHandlers({
    ...options,
    systemHandlers: systemHandlers(),
    deployment: { sourceMaps: settings.sourceMaps, architecture: provider.architecture, environment },
    environmentOf: ({ name }, config) =>
      deployedEnvironment({ project: planned.project, given, environment, name, config }),
  });
  if (files.archive !== undefined) await writeArchive(root, outDirOf(root));
  const { high, schedules, externalQueues } = build;
  const routes = withHigh(build.routes, high);
  return { ...planned, project: describe(build.configs, Object.keys(high)), routes, schedules, externalQueues };
}

/** Checks what is known before a build: sizes, numbers, and the functions that are not handlers. */
function checkBeside({ root, environment }: StackOptions, { stage, patterns }: Given, planned: Made): void {
  resourcesOf(planned);
  const names = Object.keys(serverlessFunctions(planned, planned.files));
  const own = readOwnParts(root, { stage, environment }, patterns);
  if (own !== undefined) checkOwnParts(own, root, names);
}

function resourcesOf(parts: StackParts): Resources {
  const all = { ...storage(parts), ...roles(parts), ...schedules(parts, Date.now()), ...alarms(parts) };
  checkResourceCount(Object.keys(all).length, parts.project);
  checkPolicySizes(all, parts.project);
  return all;
}

/** Returns the place of the bundles, and of their archive if the framework does not package them with the rest. */
function filesOf(patterns: readonly string[] | undefined, root: string): FunctionFiles {
  const bundleDir = relative(root, outDirOf(root));
  return { bundleDir, ...(!isPackagedByFramework(patterns, bundleDir) && { archive: archiveOf(bundleDir) }) };
}

/** Says what a removal of the stack leaves, and what goes with it. */
async function sayRemoval(
  { project, settings }: StackParts,
  variables: Variables,
  { environment, say }: StackOptions,
): Promise<void> {
  await sayLostMessages({ project, region: await regionOf(variables.options['region'], environment), say });
  if (settings.retainData) say(whatStays(project));
}

/** Looks at the deployed stack: at tasks that are no longer in the code, and at messages in queues that would go. */
async function checkRemoved(
  { project, routes, settings }: StackParts,
  variables: Variables,
  { environment, say }: StackOptions,
): Promise<void> {
  const region = await regionOf(variables.options['region'], environment);
  await sayRemovedTasks({ service: project.service, stage: project.stage, region, routes, say }, variables);
  if (!settings.removeInUse) await checkRemovedQueues({ project, region, say });
}

interface Deployed {
  readonly project: Project;
  readonly given: Given;
  readonly environment: StackOptions['environment'];
  readonly name: string;
  readonly config: FunctionConfig;
}

/** Returns a deployed handler's `process.env`, with this process's credentials: a module may call AWS as it loads. */
function deployedEnvironment({
  project,
  given,
  environment,
  name,
  config,
}: Deployed): Readonly<Record<string, string>> {
  const { provider, settings } = given;
  const kept = Object.entries(environment).filter(([key]) => key.startsWith('AWS_') || KEPT.includes(key));
  const all = {
    ...Object.fromEntries(kept),
    CHORDAL_LOG_LEVEL: settings.logLevel,
    ...provider.environment,
    ...variablesOf(config),
    ...project.environment,
    AWS_LAMBDA_FUNCTION_NAME: `${project.queuePrefix}${name}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memory ?? settings.memory),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  };
  // Values that only CloudFormation knows stay there as they are written.
  const texts = Object.entries(all).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, textOf(value)] as const],
  );
  return Object.fromEntries(texts);
}

/** The variables of the machine that a process needs. */
const KEPT = ['PATH', 'HOME', 'USERPROFILE', 'TMPDIR', 'TEMP', 'LANG', 'SystemRoot', 'Path'];

/** Refuses patterns that were right when only bundles were shipped. */
function checkPatterns(patterns: readonly string[] | undefined, root: string): void {
  const outDir = relative(root, outDirOf(root));
  if (!isPackagedByFramework(patterns, outDir) || patterns?.includes(`${outDir}/**`) === true) return;
  throw new ConfigurationError(
    `Cannot package the functions: package.patterns of serverless.yml leaves out some of the built files. Replace the lines with ${outDir} by '${outDir}/**' and '!${outDir}/meta.json'.`,
  );
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
        `Cannot name a function after ${file}: its name in a template would be ${id}, which ${owner} has. Rename the file.`,
      );
    }
    taken.set(id, file);
  }
}

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

/** The framework prints the stack of a thrown error; the message alone has the fix. */
function withoutStack(error: unknown): unknown {
  if (error instanceof ConfigurationError) error.stack = error.message;
  return error;
}
