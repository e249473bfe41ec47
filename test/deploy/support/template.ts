/** A CloudFormation template, as the framework writes it. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties: Properties;
}

type Properties = Readonly<Record<string, unknown>>;

/** A statement of a policy. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** The resources of a type. */
export function resourcesOf(
  { Resources }: Template,
  type: string,
): readonly { readonly id: string; readonly properties: Properties }[] {
  return Object.entries(Resources).flatMap(([id, { Type, Properties }]) =>
    Type === type ? [{ id, properties: Properties }] : [],
  );
}

/** The properties of one resource. */
export function propertiesOf({ Resources }: Template, id: string): Properties {
  const resource = Resources[id];
  if (resource === undefined)
    throw new Error(`There is no resource ${id}: there are ${Object.keys(Resources).join(', ')}`);
  return resource.Properties;
}

/** The statements of the policies of one resource, or of all that have any; who may assume a role is left out. */
export function statementsOf(template: Template, id?: string): readonly Statement[] {
  const ids = id === undefined ? Object.keys(template.Resources) : [id];
  return ids.flatMap((one) => {
    // Roles have a list of policies, managed policies and buckets have one.
    const { Policies = [], PolicyDocument } = propertiesOf(template, one) as {
      Policies?: readonly Policy[];
    } & Partial<Policy>;
    return [
      ...Policies.map((policy) => policy.PolicyDocument),
      ...(PolicyDocument === undefined ? [] : [PolicyDocument]),
    ].flatMap(({ Statement }) => Statement);
  });
}

interface Policy {
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}
