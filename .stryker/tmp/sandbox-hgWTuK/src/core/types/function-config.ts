/** How handlers are built: which packages and files stay outside of their bundles. */
export interface BuildSettings {
  /** Packages that are not bundled but shipped beside the bundles, from `node_modules`: names, or patterns as `@scope/*`. Native packages are found by themselves. */
  readonly external?: readonly string[];
  /** Packages that are neither bundled nor shipped: Lambda or a layer has them. */
  readonly provided?: readonly string[];
  /** Packages to bundle although they look as if they had to be shipped. */
  readonly bundled?: readonly string[];
  /** Files that are shipped with the bundles: paths or patterns, from the project's root. They keep their place beside the code. */
  readonly assets?: readonly string[];
  /** How files are imported, by their extension, in esbuild's words: `{ '.sql': 'text', '.wasm': 'binary' }`. */
  readonly loaders?: Readonly<Record<string, string>>;
  /** Any other option of esbuild. */
  readonly esbuild?: Readonly<Record<string, unknown>>;
}

/** A statement of an IAM policy. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  /** ARNs, or functions of CloudFormation. */
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Condition?: unknown;
}

/** The network of a function. */
export interface FunctionVpc {
  /** Ids, or functions of CloudFormation. */
  readonly securityGroupIds: readonly unknown[];
  readonly subnetIds: readonly unknown[];
  readonly ipv6AllowedForDualStack?: boolean;
}

/**
 * The configuration of one function: `export const config` of a file in `handlers/`, or `custom.functions.<name>` of `serverless.yml`,
 * which goes before.
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
  /** Batches at once, 2 to 1,000. Default: the parameter `concurrency`, no limit. */
  readonly concurrency?: number;
  /** Concurrency that Lambda reserves for the function, and the most that it may use. Default: none. */
  readonly reserved?: number;
  /** Default: `provider.architecture`. */
  readonly architecture?: 'arm64' | 'x86_64';
}
