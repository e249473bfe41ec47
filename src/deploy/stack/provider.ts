import { ConfigurationError } from '../../core/errors/caller.ts';
import { describe } from '../../core/text/describe.ts';
import { mismatch } from '../../core/text/mismatch.ts';
import { isRecord, LEVEL } from '../checks.ts';
import type { Value } from './value.ts';

/** The settings of all functions under `provider` in `serverless.yml`, except those that the framework applies. */
export interface ProviderSettings {
  /** Variables of all functions. The framework adds them; they serve to load handlers and to add up their sizes. */
  readonly environment: Readonly<Record<string, Value>>;
  /** IAM statements for the functions of handlers. */
  readonly statements: readonly Value[];
  /** ARNs of managed policies for the functions of handlers. */
  readonly managedPolicies: readonly Value[];
  /** Whether all functions are in a network. */
  readonly hasVpc: boolean;
  readonly architecture: 'arm64' | 'x86_64';
  /** Whether it says how functions log. */
  readonly hasLogs: boolean;
  /** The properties that every role has. */
  readonly permissionsBoundary?: Value;
  readonly path?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** The settings if `serverless.yml` has none. */
export const NO_PROVIDER_SETTINGS: ProviderSettings = {
  environment: {},
  statements: [],
  managedPolicies: [],
  hasVpc: false,
  architecture: 'x86_64',
  hasLogs: true,
};

/**
 * Reads the settings of `provider` for all functions.
 *
 * @param given the section of `serverless.yml`, with its variables resolved
 * @throws ConfigurationError if it is something that functions with roles of their own cannot have
 */
export function readProvider(given: Readonly<Record<(typeof PROVIDER_KEYS)[number], unknown>>): ProviderSettings {
  const role = roleOf(given);
  const boundary = role['permissionsBoundary'] ?? role['permissionBoundary'] ?? given.rolePermissionsBoundary;
  const { path, tags } = role;
  return {
    environment: environmentOf(given.environment),
    statements: listOf(role['statements'] ?? given.iamRoleStatements),
    managedPolicies: listOf(role['managedPolicies'] ?? given.iamManagedPolicies),
    hasVpc: hasNetwork(given.vpc),
    architecture: given.architecture === 'arm64' ? 'arm64' : 'x86_64',
    hasLogs: isRecord(given.logs) && given.logs['lambda'] !== undefined,
    // The framework has checked them.
    ...(boundary !== undefined && { permissionsBoundary: boundary as Value }),
    ...(typeof path === 'string' && { path }),
    ...(isRecord(tags) && { tags: tags as Readonly<Record<string, string>> }),
  };
}

/** The fields of `provider` that {@link readProvider} looks at. */
export const PROVIDER_KEYS = [
  'environment',
  'iam',
  'iamRoleStatements',
  'iamManagedPolicies',
  'rolePermissionsBoundary',
  'role',
  'vpc',
  'architecture',
  'logs',
] as const;

// --- internal ---

function environmentOf(given: unknown): ProviderSettings['environment'] {
  if (!isRecord(given)) return {};
  const { CHORDAL_LOG_LEVEL: level } = given;
  if (level !== undefined && !LEVEL.is(level)) {
    throw new ConfigurationError(
      `Cannot use CHORDAL_LOG_LEVEL of provider.environment of serverless.yml: ${mismatch(LEVEL.want, describe(level))}`,
    );
  }
  // The framework has checked it.
  return given as ProviderSettings['environment'];
}

function roleOf({
  iam,
  role,
}: Readonly<Record<(typeof PROVIDER_KEYS)[number], unknown>>): Readonly<Record<string, unknown>> {
  if (role !== undefined && role !== null) throw oneRole('provider.role', role);
  const own = isRecord(iam) ? iam['role'] : undefined;
  if (own === undefined || own === null) return {};
  if (!isRecord(own) || Object.keys(own).some((key) => key === 'Ref' || key.startsWith('Fn::')))
    throw oneRole('provider.iam.role', own);
  if (own['name'] !== undefined) throw oneRole('provider.iam.role.name', own['name']);
  return own;
}

function oneRole(key: string, value: unknown): ConfigurationError {
  return new ConfigurationError(
    `Cannot use ${key} of serverless.yml (${describe(value)}): each function has a role of its own. ` +
      'Add rights by provider.iam.role.statements and managedPolicies for all functions, or by permissions in the config of a handler for one',
  );
}

function hasNetwork(vpc: unknown): boolean {
  if (!isRecord(vpc)) return false;
  const isWhole = vpc['securityGroupIds'] !== undefined && vpc['subnetIds'] !== undefined;
  if (isWhole || Object.keys(vpc).length === 0) return isWhole;
  throw new ConfigurationError(
    'Cannot use provider.vpc of serverless.yml: it needs both securityGroupIds and subnetIds. Without one of them functions are not in a network.',
  );
}

function listOf(value: unknown): readonly Value[] {
  // The framework has checked its content.
  return Array.isArray(value) ? (value as readonly Value[]) : [];
}
