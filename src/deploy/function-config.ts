import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { runInNewContext } from 'node:vm';
import { transform } from 'esbuild';
import type { Loader } from 'esbuild';
import { ConfigurationError } from '../core/errors/caller.ts';
import { LEAST_TIMEOUT_SECONDS } from '../core/protocol/limits.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import type { FunctionConfig } from '../core/types/function-config.ts';
import { compact } from '../core/values/compact.ts';
import { BUILD_CHECKS, buildSettingsOf, checkEsbuildOptions } from './bundling/settings.ts';
import { checkSettings, isRecord, LEVEL, RECORD, whole } from './checks.ts';
import type { SettingCheck } from './checks.ts';
import { extrasOf } from './project.ts';
import type { FunctionOptions } from './project.ts';

const LIST: SettingCheck = { is: Array.isArray, want: 'a list' };
const VPC: SettingCheck = {
  is: (value) =>
    value === false || (isRecord(value) && isList(value['securityGroupIds']) && isList(value['subnetIds'])),
  want: 'false, or { securityGroupIds: […], subnetIds: […] }',
};
const LAYERS: SettingCheck = {
  is: (value) =>
    Array.isArray(value) &&
    value.length <= 5 &&
    value.every((one) => isRecord(one) || /^arn:.+:layer:.+:\d+$/.test(String(one))),
  want: 'a list of at most 5 ARNs of layers (arn:aws:lambda:…:layer:<name>:<version>)',
};
const ARCHITECTURE: SettingCheck = { is: (value) => value === 'arm64' || value === 'x86_64', want: 'arm64 or x86_64' };

const POLLERS: SettingCheck = {
  is: (value) =>
    isRecord(value) &&
    Object.keys(value).every((key) => key === 'min' || key === 'max') &&
    whole(2, 200).is(value['min']) &&
    whole(2, 10_000).is(value['max']) &&
    Number(value['min']) <= Number(value['max']),
  want: '{ min, max }, whole numbers of pollers: min from 2 to 200, max from min to 10000',
};

/** The checks of a function's settings. */
export const CONFIG_CHECKS: Readonly<Record<keyof FunctionConfig, SettingCheck>> = {
  memory: whole(128, 10_240),
  timeout: whole(LEAST_TIMEOUT_SECONDS, 900),
  environment: RECORD,
  permissions: LIST,
  vpc: VPC,
  layers: LAYERS,
  batchSize: whole(1, 10),
  window: whole(0, 300),
  concurrency: whole(2, 1000),
  pollers: POLLERS,
  reserved: whole(0, 100_000),
  architecture: ARCHITECTURE,
  ...BUILD_CHECKS,
};

/**
 * Checks the configuration of a function.
 *
 * @param place where it stands, as in `config of handlers/report.ts`
 * @throws ConfigurationError if a setting is unknown or has a value that AWS would refuse
 */
export function checkFunctionConfig(given: unknown, place: string): FunctionConfig {
  checkSettings(given, CONFIG_CHECKS, place);
  checkEsbuildOptions(buildSettingsOf(given)?.esbuild, place);
  // It has been checked.
  const config = given as FunctionConfig;
  for (const [name, value] of Object.entries(config.environment ?? {})) checkVariable(name, value, place);
  for (const [index, statement] of (config.permissions ?? []).entries())
    checkStatement(statement, `permissions[${index}] of ${place}`);
  checkScaling(config, place);
  return config;
}

/** Returns a function's configuration in the terms of {@link FunctionOptions}. */
export function optionsOf(config: FunctionConfig): FunctionOptions {
  const { memory, timeout, batchSize, window, concurrency, pollers } = config;
  return compact({
    ...extrasOf(config),
    memoryMb: memory,
    timeoutSeconds: timeout,
    batchSize,
    windowSeconds: window,
    maximumConcurrency: concurrency,
    pollers,
  });
}

/**
 * Merges the `config` of a handler's file with the one that goes before it. The second wins, also by `pollers` over `concurrency`;
 * variables, rights and lists of the build are joined.
 *
 * @param place where the first stands, as in `config of handlers/report.ts`
 * @throws ConfigurationError if the two do not fit together
 */
export function configWith(own: FunctionConfig, above: FunctionConfig | undefined, place: string): FunctionConfig {
  if (above === undefined) return own;
  const merged = mergeConfigs(own, above);
  checkScaling(merged, `${place} together with serverless.yml`);
  return merged;
}

/** Returns a configuration's variables as a process has them, without those that only CloudFormation knows. */
export function variablesOf({ environment = {} }: FunctionConfig): Readonly<Record<string, string>> {
  const known = Object.entries(environment).filter(([, value]) => typeof value !== 'object' && value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, textOf(value)]));
}

/** Returns a variable's value as Lambda has it. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Reads the `config` written out in a handler's file: it is needed before the file can be bundled and loaded.
 *
 * @returns undefined if there is none, or one that only the running module knows
 */
export async function writtenConfig(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8');
  if (!/\bconfig\b/.test(text)) return undefined;
  // The build reports code that does not compile.
  const { code } = await transform(text, { loader: loaderOf(file), format: 'esm', target: 'node24' }).catch(() => ({
    code: '',
  }));
  // esbuild starts each statement of a module in the first column, and indents the lines inside it.
  const [, value] = /^(?:export )?(?:const|let|var) config = (\{\n[^]*?^\}|\{.*\});$/m.exec(code) ?? [];
  if (value === undefined || !isExported(code)) return undefined;
  try {
    const found: unknown = runInNewContext(`(${value})`, {}, { timeout: 1000 });
    return structuredClone(found);
  } catch {
    return undefined;
  }
}

// --- internal ---

/** Batches that one poller takes at once: docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const BATCHES_A_POLLER = 10;

function mergeConfigs(below: FunctionConfig, above: FunctionConfig): FunctionConfig {
  const joined = <T>(a: readonly T[] | undefined, b: readonly T[] | undefined): readonly T[] | undefined =>
    a || b ? [...(a ?? []), ...(b ?? [])] : undefined;
  return compact({
    ...below,
    ...(above.pollers && { concurrency: undefined }),
    ...(above.concurrency !== undefined && { pollers: undefined }),
    ...above,
    environment: below.environment || above.environment ? { ...below.environment, ...above.environment } : undefined,
    permissions: joined(below.permissions, above.permissions),
    external: joined(below.external, above.external),
    provided: joined(below.provided, above.provided),
    bundled: joined(below.bundled, above.bundled),
    assets: joined(below.assets, above.assets),
    loaders: below.loaders || above.loaders ? { ...below.loaders, ...above.loaders } : undefined,
    esbuild: below.esbuild || above.esbuild ? { ...below.esbuild, ...above.esbuild } : undefined,
  });
}

/** Refuses what Lambda would refuse: both ways to scale at once, and more batches than the function may run. */
function checkScaling({ concurrency, pollers, reserved }: FunctionConfig, place: string): void {
  if (concurrency !== undefined && pollers !== undefined) {
    throw new ConfigurationError(
      `Cannot use pollers of ${place}: it has concurrency too, and Lambda takes one of the two. Leave out concurrency: max of pollers limits the batches to ten times as many.`,
    );
  }
  if (reserved === undefined) return;
  if (concurrency !== undefined && concurrency > reserved) {
    throw new ConfigurationError(
      `Cannot use concurrency of ${place}: it is ${concurrency}, reserved is ${reserved}, and Lambda refuses batches above that. Set it to at most ${reserved}.`,
    );
  }
  const batches = (pollers?.max ?? 0) * BATCHES_A_POLLER;
  if (batches > reserved) {
    const most = Math.floor(reserved / BATCHES_A_POLLER);
    throw new ConfigurationError(
      `Cannot use pollers of ${place}: max is ${pollers?.max ?? 0}, which is ${batches} batches at once, reserved is ${reserved}, and Lambda refuses batches above that. ${most < 2 ? `Reserve at least ${2 * BATCHES_A_POLLER}` : `Set max to at most ${most}, or reserve ${batches}`}.`,
    );
  }
}

function isExported(code: string): boolean {
  return /^export (?:const|let|var) config\b/m.test(code) || /^export \{[^}]*\bconfig\b[^}]*\}/m.test(code);
}

function loaderOf(file: string): Loader {
  const extension = extname(file).replace(/^\.[cm]/, '.');
  return extension === '.tsx' ? 'tsx' : extension === '.ts' ? 'ts' : 'jsx';
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

/** Names that Lambda keeps for itself. */
const RESERVED =
  /^(?:_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_(?:TASK_ROOT|RUNTIME_DIR)|AWS_(?:REGION|DEFAULT_REGION|EXECUTION_ENV|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|LAMBDA_(?!EXEC_WRAPPER$).*))$/;

/** Names by which every AWS client of the process finds another endpoint, or other credentials than those of the function's role. */
const LEADING =
  /^AWS_(?:(?:DEFAULT_)?PROFILE|ENDPOINT_URL(?:_.*)?|CONFIG_FILE|SHARED_CREDENTIALS_FILE|CREDENTIAL_.*|ACCOUNT_ID|ROLE_.*|WEB_IDENTITY_.*|CONTAINER_.*)$/;

function checkVariable(name: string, value: unknown, place: string): void {
  const reason = whyRefused(name) ?? whyRefusedValue(name, value);
  if (reason === undefined) return;
  throw new ConfigurationError(`Cannot set the variable ${name} by environment of ${place}: ${reason}`);
}

function whyRefused(name: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name) || name.length < 2)
    return 'a name begins with a letter and has letters, digits and underscores, at least two';
  if (RESERVED.test(name)) return 'Lambda sets it itself. Choose another name';
  if (LEADING.test(name)) return 'it leads all AWS clients elsewhere. Give it to your own clients in code';
  if (name.startsWith('CHORDAL_') && name !== 'CHORDAL_LOG_LEVEL')
    return 'it leads the function to its table and queues. Choose another name.';
  return undefined;
}

function whyRefusedValue(name: string, value: unknown): string | undefined {
  if (name === 'CHORDAL_LOG_LEVEL' && !LEVEL.is(value)) return mismatch(LEVEL.want, describe(value));
  if (['string', 'number', 'boolean'].includes(typeof value) || isRecord(value)) return undefined;
  return `its value must be a text, or a function of CloudFormation, and is ${describe(value)}`;
}

function checkStatement(statement: unknown, place: string): void {
  const texts: SettingCheck = {
    is: (value) => typeof value === 'string' || (Array.isArray(value) && value.length > 0),
    want: 'a text or a list of texts',
  };
  const anything: SettingCheck = {
    is: (value) => value !== '' && value !== null,
    want: 'an ARN, a function of CloudFormation, or a list of them',
  };
  const checks = {
    Sid: texts,
    Effect: { is: (value: unknown) => value === 'Allow' || value === 'Deny', want: 'Allow or Deny' },
    Action: texts,
    NotAction: texts,
    Resource: anything,
    NotResource: anything,
    Condition: RECORD,
  };
  checkSettings(statement, checks, place);
  for (const [key, other] of [['Effect'], ['Action', 'NotAction'], ['Resource', 'NotResource']] as const) {
    if (statement[key] !== undefined || (other !== undefined && statement[other] !== undefined)) continue;
    throw new ConfigurationError(
      `Cannot use ${place}: it has no ${key}. Write it as { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:…' }.`,
    );
  }
}
