/** The settings of a build: the packages and files that stay outside of the bundles. */
export interface BuildSettings {
  /** Packages that are not bundled but shipped beside the bundles, from `node_modules`: names, or patterns as `@scope/*`. The build finds native packages itself. */
  readonly external?: readonly string[];
  /** Packages that are neither bundled nor shipped: Lambda or a layer has them. */
  readonly provided?: readonly string[];
  /** Packages to bundle, although the build would ship them. */
  readonly bundled?: readonly string[];
  /** Files that are shipped with the bundles: paths or patterns, from the project's root. They keep their place beside the code. */
  readonly assets?: readonly string[];
  /** The loaders of files by their extension, with esbuild's names: `{ '.sql': 'text', '.wasm': 'binary' }`. */
  readonly loaders?: Readonly<Record<string, string>>;
  /** Any other option of esbuild. */
  readonly esbuild?: Readonly<Record<string, unknown>>;
}

/** The `build` of a project's `chordal.config.ts`: settings for all handlers, and for single ones. */
export interface ProjectBuild extends BuildSettings {
  /** Settings for single handlers, by their names. */
  readonly handlers?: Readonly<Record<string, BuildSettings>>;
}

/** A statement of an IAM policy. */
export interface PolicyStatement {
  /** Its name in the policy. */
  readonly Sid?: string;
  /** Whether it allows or denies. */
  readonly Effect: 'Allow' | 'Deny';
  /** The actions that it is about. */
  readonly Action?: string | readonly string[];
  /** The actions that it is not about: it is about all others. */
  readonly NotAction?: string | readonly string[];
  /** ARNs, or functions of CloudFormation. */
  readonly Resource?: unknown;
  /** The ARNs that it is not about: it is about all others. */
  readonly NotResource?: unknown;
  /** The conditions under which it holds. */
  readonly Condition?: unknown;
}

/** The network of a function. */
export interface FunctionVpc {
  /** Ids, or functions of CloudFormation. */
  readonly securityGroupIds: readonly unknown[];
  /** Ids, or functions of CloudFormation. */
  readonly subnetIds: readonly unknown[];
  /** Whether the function may send IPv6 in subnets that have both. */
  readonly ipv6AllowedForDualStack?: boolean;
}

/** The pollers of a queue, in Lambda's provisioned mode. Each takes up to ten batches at once and is billed by the hour. */
export interface FunctionPollers {
  /** Pollers that are always there, 2 to 200. */
  readonly min: number;
  /** The most that Lambda adds under load, up to 10,000; it adds room for 1,000 batches a minute. */
  readonly max: number;
}

/**
 * The configuration of one function: `export const config` of a file in `handlers/`, or `custom.functions.<name>` of `serverless.yml`,
 * which overrides it.
 *
 * @example
 * ```ts
 * const config = { memory: 1024, timeout: 300, environment: { BUCKET: 'reports' } } satisfies FunctionConfig;
 * config.timeout; // 300
 * ```
 */
export interface FunctionConfig extends BuildSettings {
  /** MB; it decides the share of a processor too. Default: the parameter `memory`, 512. */
  readonly memory?: number;
  /** Seconds that a batch may take. Default: the parameter `timeout`, 60. */
  readonly timeout?: number;
  /** Variables, beside those of `provider.environment`. A value is a text, or a function of CloudFormation. */
  readonly environment?: Readonly<Record<string, unknown>>;
  /** IAM statements for the function's role, beside those that it has and those of `provider.iam`. */
  readonly permissions?: readonly PolicyStatement[];
  /** The function's network instead of the one of `provider.vpc`; `false`: none. */
  readonly vpc?: FunctionVpc | false;
  /** ARNs of layers, instead of those of `provider.layers`. */
  readonly layers?: readonly unknown[];
  /** Messages in a batch, 1 to 10. Default: the parameter `batchSize`, 10. */
  readonly batchSize?: number;
  /** Seconds to wait for a batch to fill. Default: the parameter `batchWindow`, 0. */
  readonly window?: number;
  /** Batches at once, 2 to 1,000. Not beside `pollers`. Default: the parameter `concurrency`, no limit. */
  readonly concurrency?: number;
  /** Pollers of its own for the queue, so that a backlog is met at once. Not beside `concurrency`. Default: those that Lambda shares. */
  readonly pollers?: FunctionPollers;
  /** Concurrency that Lambda reserves for the function, and the most that it may use. Default: none. */
  readonly reserved?: number;
  /** Default: `provider.architecture`. */
  readonly architecture?: 'arm64' | 'x86_64';
}
