/** `chordal/serverless`: a plugin of the Serverless Framework, for a project that has functions of its own. */
import { ConfigurationError } from '../core/errors/caller.ts';
import { describe } from '../core/text/describe.ts';
import { nearest } from '../core/text/did-you-mean.ts';
import { mismatch } from '../core/text/mismatch.ts';
import type { Stack, Variables } from '../core/types/stack.ts';
import { isPlainObject } from '../core/values/json.ts';
import { checkVariableBytes } from '../core/values/variable-bytes.ts';
import { defineStack } from './deploy.ts';

/**
 * Adds the handlers of a project to the functions and resources of its `serverless.yml`, which stays as it is. A function with
 * `chordal: true` may call tasks: it gets the environment and the rights of a caller.
 */
export default class ChordalPlugin {
  readonly #serverless: Serverless;
  readonly #stack: Stack;
  #callerEnvironment: object = {};
  #handlers: readonly string[] = [];
  readonly #hidden = new Map<string, OwnFunction>();
  readonly hooks: Readonly<Record<string, () => void>>;
  readonly configurationVariablesSources: object;

  constructor(serverless: Serverless) {
    this.#serverless = serverless;
    serverless.configSchemaHandler.defineFunctionProperties('aws', { properties: { chordal: { enum: CALLERS } } });
    this.#stack = this.#expected(() =>
      defineStack({
        root: serverless.serviceDir,
        ...handlersIn(serverless.configurationInput),
        command: serverless.processedInput.commands,
        environment: process.env,
        say: (message) => process.stderr.write(`\n${message}\n\n`),
      }),
    );
    this.configurationVariablesSources = { chordal: { resolve: (asked: Asked) => this.#resolve(asked) } };
    this.hooks = {
      initialize: () => this.#expected(() => this.#equipCallers()),
      'before:package:createDeploymentArtifacts': () => this.#hideHandlers(),
      'before:package:compileLayers': () => this.#showHandlers(),
    };
  }

  /** Called by the framework before variables of plugins are resolved, and while the configuration may still grow. */
  asyncInit(): void {
    for (const key of ['functions', 'resources'] as const) {
      const given: unknown = this.#serverless.configurationInput[key] ?? {};
      const all: readonly unknown[] = [
        ...(Array.isArray(given) ? (given as readonly unknown[]) : [given]),
        `\${chordal:${key}}`,
      ];
      this.#serverless.extendConfiguration([key], all);
    }
  }

  async #resolve(asked: Asked): Promise<{ readonly value: object }> {
    const { address } = asked;
    if (address === 'callerEnvironment') return { value: await this.#stack.callerEnvironment(asked) };
    if (address === 'functions') {
      const value = await this.#stack.functions(asked);
      this.#handlers = Object.keys(value);
      return { value };
    }
    if (address !== 'resources') throw unknownValue(address);
    const value = await this.#stack.resources(asked);
    this.#callerEnvironment = await this.#stack.callerEnvironment(asked);
    return { value };
  }

  #equipCallers(): void {
    const { functions, provider } = this.#serverless.service;
    const callers = Object.entries(functions).filter(([, { chordal = false }]) => chordal !== false);
    for (const [name, one] of callers) {
      if (one.chordal === true && one.role !== undefined) throw ownRole(name);
      one.environment = { ...this.#callerEnvironment, ...one.environment };
      if (one.environment['CHORDAL_ROUTES'] === undefined) throw noRoutes(name);
      checkVariableBytes(
        name,
        { ...provider.environment, ...one.environment },
        () => 'Those of a caller are among them. Keep large values in a parameter of SSM.',
      );
    }
    if (callers.some(([, { chordal }]) => chordal === true)) addPolicy(provider);
  }

  /** The functions of handlers are built and have an archive: plugins that bundle functions must not see them. */
  #hideHandlers(): void {
    const { functions } = this.#serverless.service;
    for (const name of this.#handlers) {
      const one = functions[name];
      if (one?.package === undefined) continue;
      this.#hidden.set(name, one);
      Reflect.deleteProperty(functions, name);
    }
  }

  #showHandlers(): void {
    for (const [name, one] of this.#hidden) this.#serverless.service.functions[name] = one;
    this.#hidden.clear();
  }

  /** Returns what a function returns. The framework prints the message alone of errors of its own class. */
  #expected<T>(make: () => T): T {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      throw new this.#serverless.classes.Error(error.message, 'CHORDAL_CONFIGURATION');
    }
  }
}

// --- internal ---

/** The parts of the Serverless Framework that this plugin uses. */
interface Serverless {
  readonly serviceDir: string;
  readonly processedInput: { readonly commands: readonly string[] };
  readonly configurationInput: Readonly<Record<string, unknown>>;
  readonly configSchemaHandler: { readonly defineFunctionProperties: (provider: string, schema: object) => void };
  readonly extendConfiguration: (path: readonly string[], value: unknown) => void;
  readonly service: { readonly functions: Record<string, OwnFunction>; readonly provider: Provider };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
}

/** A function of `serverless.yml`. */
interface OwnFunction {
  readonly chordal?: boolean | 'environment';
  readonly role?: unknown;
  readonly package?: unknown;
  environment?: Readonly<Record<string, unknown>>;
}

interface Provider {
  readonly environment?: Readonly<Record<string, unknown>>;
  iam?: { role?: { managedPolicies?: readonly unknown[] } };
}

/** A variable that the framework asks for: `${chordal:functions}`. */
interface Asked extends Variables {
  readonly address: string;
}

/** The values of a function's field `chordal`. */
const CALLERS = [true, false, 'environment'];

const VALUES = ['functions', 'resources', 'callerEnvironment'];

/** The folder of the handlers, where it has another name. */
function handlersIn({ custom }: Readonly<Record<string, unknown>>): { readonly handlers?: string } {
  const own = isPlainObject(custom) ? custom['chordal'] : undefined;
  if (own === undefined) return {};
  const place = 'custom.chordal of serverless.yml';
  if (!isPlainObject(own)) throw new ConfigurationError(`Cannot use ${place}: ${mismatch('an object', describe(own))}`);
  const unknown = Object.keys(own).find((key) => key !== 'handlers');
  if (unknown !== undefined) {
    throw new ConfigurationError(
      `Cannot use ${unknown} of ${place}: there is no such setting.${hint(unknown, ['handlers'])} Known settings: handlers.`,
    );
  }
  const { handlers } = own;
  if (typeof handlers === 'string' && handlers !== '') return { handlers };
  throw new ConfigurationError(
    `Cannot use handlers of ${place}: ${mismatch('the path of a folder', describe(handlers))}`,
  );
}

function unknownValue(address: string): ConfigurationError {
  return new ConfigurationError(
    `Cannot use \${chordal:${address}} of serverless.yml: there is no such value.${hint(address, VALUES)} Known values: ${VALUES.join(', ')}.`,
  );
}

function hint(given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  return near === undefined ? '' : ` Did you mean \`${near}\`?`;
}

function ownRole(name: string): ConfigurationError {
  return new ConfigurationError(
    `Cannot add the rights of a caller to functions.${name} of serverless.yml: it has a role of its own. Add !Ref CallerPolicy to the ManagedPolicyArns of that role, and write chordal: environment.`,
  );
}

function noRoutes(name: string): ConfigurationError {
  return new ConfigurationError(
    `Cannot lead functions.${name} of serverless.yml to the tasks: there are too many for a variable. Ship the file .chordal/build/routes.json with the function, and set CHORDAL_ROUTES in its environment to the path of that file.`,
  );
}

/** Adds the rights of a caller to the role that functions without one of their own share. */
function addPolicy(provider: Provider): void {
  provider.iam ??= {};
  provider.iam.role ??= {};
  provider.iam.role.managedPolicies = [...(provider.iam.role.managedPolicies ?? []), { Ref: 'CallerPolicy' }];
}
