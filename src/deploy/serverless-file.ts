import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ScalarTag, CollectionTag } from 'yaml';
import { ConfigurationError } from '../core/errors/caller.ts';
import { messageOf } from '../core/text/describe.ts';
import { isRecord } from './checks.ts';

/** The surroundings of a `serverless.yml` that is read without the framework. */
export interface ServerlessFileOptions {
  /** The option `--stage`, if it is given. */
  readonly stage?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * A `serverless.yml` that is read without the Serverless Framework, which takes seconds and needs an account: `self`, `opt`, `env`, `param`,
 * `sls:stage` and `file` of YAML and JSON, with defaults. Values that only AWS or a program knows are left out, and named in `unknown`.
 */
export class ServerlessFile {
  readonly #root: string;
  readonly #content: Readonly<Record<string, unknown>>;
  readonly #options: ServerlessFileOptions;
  readonly #unknown = new Set<string>();

  /** @throws ConfigurationError if the file is not YAML */
  constructor(root: string, file: string, options: ServerlessFileOptions) {
    this.#root = root;
    this.#options = options;
    const content = readYaml(join(root, file));
    this.#content = isRecord(content) ? content : {};
  }

  /** Finds the file in a project's root; undefined if there is none. */
  static find(root: string, options: ServerlessFileOptions): ServerlessFile | undefined {
    const file = ['serverless.yml', 'serverless.yaml', 'serverless.json'].find((name) => existsSync(join(root, name)));
    return file === undefined ? undefined : new ServerlessFile(root, file, options);
  }

  /** The variables whose values are unknown here, as they are written. */
  get unknown(): readonly string[] {
    return [...this.#unknown];
  }

  /** Returns the stage: the option, else `provider.stage`, else `dev`. */
  get stage(): string {
    const { stage } = this.#options;
    if (stage !== undefined) return stage;
    const given = this.#resolved(valueAt(this.#content, ['provider', 'stage']), 0);
    return typeof given === 'string' ? given : 'dev';
  }

  /** Returns the value of an expression, as in `${…}`: `param:timeout, null`. */
  valueOf(expression: string): unknown {
    return this.#evaluate(expression, 0);
  }

  #evaluate(expression: string, depth: number): unknown {
    if (depth > MOST_DEEP)
      throw new ConfigurationError(`Cannot read \${${expression}} of serverless.yml: it needs itself`);
    for (const part of partsOf(this.#replaced(expression, depth))) {
      const value = this.#lookUp(part.trim(), depth + 1);
      if (value !== undefined) return value;
    }
    this.#unknown.add(`\${${expression}}`);
    return undefined;
  }

  #lookUp(part: string, depth: number): unknown {
    const literal = literalOf(part);
    if (literal !== undefined) return literal.value;
    const [, source = '', params = '', address = ''] = /^(\w+)(?:\(([^)]*)\))?(?::(.*))?$/s.exec(part) ?? [];
    const path = address === '' ? [] : address.split('.');
    const { environment, stage } = this.#options;
    const sources: Readonly<Record<string, () => unknown>> = {
      self: () => this.#resolved(valueAt(this.#content, path), depth),
      opt: () => (address === 'stage' ? stage : undefined),
      env: () => environment[address],
      sls: () => (address === 'stage' ? this.stage : undefined),
      param: () => this.#resolved(this.#param(address), depth),
      file: () => this.#resolved(valueAt(this.#file(params), path), depth),
    };
    return Object.hasOwn(sources, source) ? sources[source]?.() : undefined;
  }

  #param(name: string): unknown {
    return valueAt(this.#content, ['params', this.stage, name]) ?? valueAt(this.#content, ['params', 'default', name]);
  }

  #file(path: string): unknown {
    const file = join(this.#root, path);
    return /\.(ya?ml|json)$/.test(path) && existsSync(file) ? readYaml(file) : undefined;
  }

  /** Returns a value with its variables replaced. Fields whose values are unknown are left out. */
  #resolved(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#text(value, depth);
    if (Array.isArray(value)) {
      return value.map((one) => this.#resolved(one, depth)).filter((one) => one !== undefined);
    }
    if (!isRecord(value)) return value;
    const fields = Object.entries(value).map(([key, one]) => [key, this.#resolved(one, depth)] as const);
    return Object.fromEntries(fields.filter(([, one]) => one !== undefined));
  }

  /** A text that is one variable has its value, of any type; in other texts, values are texts. */
  #text(text: string, depth: number): unknown {
    const whole = wholeVariable(text);
    if (whole !== undefined) return this.#evaluate(whole, depth + 1);
    const replaced = this.#replaced(text, depth);
    return replaced.includes('\0') ? undefined : replaced;
  }

  #replaced(text: string, depth: number): string {
    let result = text;
    for (let found = INNERMOST.exec(result); found !== null; found = INNERMOST.exec(result)) {
      const value = this.#evaluate(found[1] ?? '', depth + 1);
      const shown = value === undefined ? '\0' : typeof value === 'string' ? value : JSON.stringify(value);
      result = result.slice(0, found.index) + shown + result.slice(found.index + found[0].length);
    }
    return result;
  }
}

// --- internal ---

const MOST_DEEP = 50;

/** A variable with no other one in it. Names in upper case with `AWS::` are CloudFormation's. */
const INNERMOST = /\$\{(?!AWS::)([^${}]+)\}/;

/** Returns the expression of a text that is one variable. */
function wholeVariable(text: string): string | undefined {
  const [, inner] = /^\$\{(?!AWS::)([^]*)\}$/.exec(text.trim()) ?? [];
  if (inner === undefined) return undefined;
  let depth = 0;
  for (const sign of inner) {
    if (sign === '{') depth += 1;
    if (sign === '}') depth -= 1;
    if (depth < 0) return undefined;
  }
  return inner;
}

/** Splits an expression at its commas, except those in quotes. */
function partsOf(expression: string): readonly string[] {
  return expression.match(/(?:'[^']*'|"[^"]*"|[^,])+/g) ?? [];
}

function literalOf(part: string): { readonly value: unknown } | undefined {
  const [, quoted] = /^['"]([^]*)['"]$/.exec(part) ?? [];
  if (quoted !== undefined) return { value: quoted };
  if (part === 'null') return { value: null };
  if (part === 'true' || part === 'false') return { value: part === 'true' };
  return /^-?\d+(\.\d+)?$/.test(part) ? { value: Number(part) } : undefined;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce((found, key) => (isRecord(found) && Object.hasOwn(found, key) ? found[key] : undefined), value);
}

function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'), { customTags: CLOUDFORMATION, logLevel: 'error', merge: true });
  } catch (error) {
    throw new ConfigurationError(`Cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** CloudFormation's functions, as objects: their values are unknown here. */
const CLOUDFORMATION: (ScalarTag | CollectionTag)[] = [
  'Ref',
  'Sub',
  'GetAtt',
  'Join',
  'ImportValue',
  'Select',
  'Split',
  'If',
  'FindInMap',
  'Base64',
  'Cidr',
  'GetAZs',
  'Equals',
  'And',
  'Or',
  'Not',
  'Condition',
  'Transform',
].flatMap((name): (ScalarTag | CollectionTag)[] => {
  const made = { [`Fn::${name}`]: true };
  return [
    { tag: `!${name}`, resolve: () => made },
    { tag: `!${name}`, collection: 'seq', resolve: () => made },
    { tag: `!${name}`, collection: 'map', resolve: () => made },
  ];
});
