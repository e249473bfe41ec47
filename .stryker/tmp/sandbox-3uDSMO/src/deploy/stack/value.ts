/** A value of a template: JSON, with CloudFormation's functions. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };
