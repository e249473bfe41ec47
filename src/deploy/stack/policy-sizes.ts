import { ConfigurationError } from '../../core/errors/caller.ts';
import { mapRecord } from '../../core/values/compact.ts';
import { isRecord } from '../checks.ts';
import type { Project } from '../project.ts';
import { roleId, sourcesById } from './template.ts';
import type { Resource, Resources, Value } from './template.ts';

/**
 * Makes sure that IAM takes the policies of a template. IAM counts characters, white space apart, after CloudFormation has put in names and
 * ARNs; those that it makes up are counted at their usual length.
 *
 * @throws ConfigurationError if the policies of a role, or a managed policy, are too large
 */
export function checkPolicySizes(resources: Resources, project: Project): void {
  const textOf = resolver(project);
  for (const [id, resource] of Object.entries(resources)) {
    const most = MOST[resource.Type];
    if (most === undefined) continue;
    const statements = statementsOf(resource).map((statement) => ({ statement, size: textOf(statement).length + 1 }));
    const total = statements.reduce((sum, { size }) => sum + size, FRAME);
    if (total <= most) continue;
    const [largest] = statements.toSorted((a, b) => b.size - a.size);
    throw new ConfigurationError(
      `Cannot deploy ${ownerOf(id, project)}: its policies take ${total} characters, and IAM takes ${most}. ` +
        `The largest statement (${largest?.size ?? 0} characters) allows ${actionsOf(largest?.statement)}. ` +
        'Name fewer resources by patterns as reports-*, or put statements into a managed policy of your own and name it in provider.iam.role.managedPolicies of serverless.yml.',
    );
  }
}

// --- internal ---

/** The characters that IAM takes: in all inline policies of a role together, and in a managed policy. */
const MOST: Readonly<Record<string, number>> = { 'AWS::IAM::Role': 10_240, 'AWS::IAM::ManagedPolicy': 6144 };
/** The characters around the statements of a policy; a role has at most two policies. */
const FRAME = 80;
/** The usual length of a value that CloudFormation computes. */
const UNKNOWN = 'x'.repeat(80);

function statementsOf({ Properties }: Resource): readonly Value[] {
  const { Policies = [], PolicyDocument } = Properties;
  const documents = Array.isArray(Policies)
    ? (Policies as readonly Value[]).map((policy) => (isRecord(policy) ? policy['PolicyDocument'] : undefined))
    : [];
  return [...documents, PolicyDocument].flatMap((document) => {
    const statements = isRecord(document) ? document['Statement'] : undefined;
    // The statements of a policy are a list of JSON, made by roles.ts or written in serverless.yml.
    return Array.isArray(statements) ? (statements as readonly Value[]) : [];
  });
}

function ownerOf(id: string, { functions, systemFunctions }: Project): string {
  const one = [...functions, ...systemFunctions].find(({ handler }) => roleId(handler) === id);
  return one === undefined ? `the policy of ${id}` : `the function ${one.name}`;
}

function actionsOf(statement: Value | undefined): string {
  const actions = isRecord(statement) ? statement['Action'] : undefined;
  return [actions].flat().slice(0, 3).map(String).join(', ');
}

/** Returns what writes a value as CloudFormation will, as JSON. */
function resolver(project: Project): (value: Value) => string {
  const stack = `${project.service}-${project.stage}`;
  const queues = new Map(project.functions.flatMap(sourcesById).map(([id, { queue }]) => [id, queue.name]));
  const arnOf = (id: string): string => {
    const queue = queues.get(id);
    if (queue !== undefined) return `arn:aws:sqs:ap-southeast-1:123456789012:${queue}`;
    return `arn:aws:dynamodb:ap-southeast-1:123456789012:table/${stack}-${id}-ABCDEFGHIJKL`;
  };
  const filled = (text: string): string =>
    text.replaceAll(/\$\{([\w:]+)(\.Arn)?\}/g, (_, name: string, isArn?: string) =>
      isArn === undefined ? (PSEUDO[name] ?? `${stack}-${name}-ABCDEFGHIJKL`) : arnOf(name),
    );
  const resolve = (value: Value): Value => {
    if (Array.isArray(value)) return value.map((one: Value) => resolve(one));
    if (!isRecord(value)) return value;
    const [[key, inner] = ['', undefined], ...others] = Object.entries(value);
    if (others.length > 0 || !/^(Ref|Fn::.*)$/.test(key)) return mapRecord(value, (one) => resolve(one));
    if (key === 'Fn::Sub' && typeof inner === 'string') return filled(inner);
    if (key === 'Ref' && typeof inner === 'string') return filled(`\${${inner}}`);
    if (key === 'Fn::GetAtt' && Array.isArray(inner)) return arnOf(String(inner[0]));
    return UNKNOWN;
  };
  return (value) => JSON.stringify(resolve(value));
}

/** The values of CloudFormation's own parameters, at their usual length. */
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'ap-southeast-1',
  'AWS::AccountId': '123456789012',
};
