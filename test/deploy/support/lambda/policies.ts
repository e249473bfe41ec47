import type { Statement, Template } from '../template.ts';
import { statementsOf } from '../template.ts';

/** The names that resources of a template have in a cloud. */
export interface Names {
  /** By logical id: the value of `Ref`. */
  readonly refs: Readonly<Record<string, string>>;
  /** By logical id: the ARN. */
  readonly arns: Readonly<Record<string, string>>;
}

/** An action on a resource. */
export interface Access {
  readonly action: string;
  readonly resource: string;
}

/** The policies of a stack, as IAM applies them. */
export class Policies {
  readonly #template: Template;
  readonly #names: Names;
  /** Rights that a test takes away: `role action`. */
  readonly #taken = new Set<string>();

  constructor(template: Template, names: Names) {
    this.#template = template;
    this.#names = names;
  }

  /** Takes a right from a role, as if its policy had been written without it. */
  take(role: string, action: string): void {
    this.#taken.add(`${role} ${action}`);
  }

  /** Returns whether a role, or the policy of this logical id, allows an action. */
  allows(role: string, { action, resource }: Access): boolean {
    if (this.#taken.has(`${role} ${action}`)) return false;
    return statementsOf(this.#template, role).some(
      (statement) =>
        statement.Effect === 'Allow' &&
        listOf(statement.Action).some((pattern) => matches(pattern, action)) &&
        this.#resources(statement).some((pattern) => matches(pattern, resource)),
    );
  }

  #resources({ Resource }: Statement): readonly string[] {
    return listOf(Resource).map((one) => resolved(one, this.#names));
  }
}

/** Returns a value of a template as text: `Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::Join` as CloudFormation replaces them. */
export function resolved(value: unknown, names: Names): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[key, inner] = ['', undefined]] = Object.entries(value);
  if (key === 'Ref') return named(names.refs, String(inner));
  if (key === 'Fn::GetAtt') return named(names.arns, String(listOf(inner)[0]));
  if (key === 'Fn::Sub')
    return String(inner).replaceAll(/\$\{([\w:]+)(\.Arn)?\}/g, (_, id: string, isArn?: string) =>
      named(isArn === undefined ? names.refs : names.arns, id),
    );
  if (key === 'Fn::Join') {
    const [separator, parts] = listOf(inner);
    return listOf(parts)
      .map((part) => resolved(part, names))
      .join(String(separator));
  }
  throw new Error(`Cannot resolve ${JSON.stringify(value)}`);
}

// --- internal ---

function named(names: Readonly<Record<string, string>>, id: string): string {
  const name = names[id];
  if (name === undefined) throw new Error(`There is no name of ${id}`);
  return name;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function matches(pattern: unknown, text: string): boolean {
  const escaped = String(pattern)
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's').test(text);
}
