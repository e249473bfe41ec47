import type { FunctionConfig } from '../core/types/function-config.ts';
import type { Variables } from '../core/types/stack.ts';
import { isRecord, unknownKey } from './checks.ts';
import { checkFunctionConfig } from './function-config.ts';
import { PROVIDER_KEYS, readProvider } from './stack/provider.ts';
import type { ProviderSettings } from './stack/provider.ts';
import { DEFAULT_SETTINGS, readSettings } from './stack/settings.ts';
import type { StackSettings } from './stack/settings.ts';

/** The settings of a stack in `serverless.yml`. */
export interface Given {
  readonly service: string;
  readonly stage: string;
  readonly settings: StackSettings;
  readonly provider: ProviderSettings;
  /** The settings of single functions, by their names. */
  readonly functions: Readonly<Record<string, FunctionConfig>>;
  /** The patterns of packaged files; undefined: everything. */
  readonly patterns?: readonly string[];
}

/**
 * Reads the settings of a stack in `serverless.yml`.
 *
 * @throws ConfigurationError if a setting is unknown or has a wrong value
 */
export async function readVariables({ resolveVariable }: Variables): Promise<Given> {
  const names = Object.keys(DEFAULT_SETTINGS);
  const values = await Promise.all(names.map((name) => resolveVariable(`param:${name}, null`)));
  const given = Object.fromEntries(names.map((name, index) => [name, values[index] ?? undefined]));
  const provider = await Promise.all(PROVIDER_KEYS.map((key) => resolveVariable(`self:provider.${key}, null`)));
  const patterns = await resolveVariable('self:package.patterns, null');
  const logRetention = await resolveVariable('self:provider.logRetentionInDays, null');
  const stage = String(await resolveVariable('sls:stage'));
  return {
    service: String(await resolveVariable('self:service')),
    stage,
    settings: readSettings({ ...given, logRetention: given['logRetention'] ?? logRetention ?? undefined }, stage),
    // There is a value for each.
    provider: readProvider(
      Object.fromEntries(PROVIDER_KEYS.map((key, index) => [key, provider[index] ?? undefined])) as Parameters<
        typeof readProvider
      >[0],
    ),
    functions: readFunctions(await resolveVariable('self:custom.functions, null')),
    ...(Array.isArray(patterns) && { patterns: patterns.map(String) }),
  };
}

/** Refuses misspelt names, which would be ignored. */
export function checkNamed(functions: Given['functions'], handlers: readonly string[]): void {
  const unknown = Object.keys(functions).find((name) => !handlers.includes(name));
  if (unknown !== undefined) throw unknownKey(unknown, handlers, 'custom.functions of serverless.yml');
}

// --- internal ---

function readFunctions(given: unknown): Given['functions'] {
  if (!isRecord(given)) return {};
  const read = Object.entries(given).map(([name, config]) => {
    const place = `custom.functions.${name} of serverless.yml`;
    return [name, checkFunctionConfig(withNumbers(config ?? {}), place)] as const;
  });
  return Object.fromEntries(read);
}

const NUMBERS = ['memory', 'timeout', 'batchSize', 'window', 'concurrency', 'reserved', 'min', 'max'];

/** Reads numbers from texts: a variable of the framework may give a text. */
function withNumbers(config: unknown): unknown {
  if (!isRecord(config)) return config;
  const entries = Object.entries(config).map(([key, value]) => {
    if (key === 'pollers' && isRecord(value)) return [key, withNumbers(value)] as const;
    const isNumber = NUMBERS.includes(key) && typeof value === 'string' && /^\d+$/.test(value);
    return [key, isNumber ? Number(value) : value] as const;
  });
  return Object.fromEntries(entries);
}
