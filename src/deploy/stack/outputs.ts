import { environmentOf } from './functions.ts';
import type { StackParts, Value } from './template.ts';
import { ref } from './template.ts';

/** Makes the outputs: a caller's environment, in one line and one by one, and functions for callers in any language. */
export function outputs(
  parts: StackParts,
): Readonly<Record<string, { readonly Description: string; readonly Value: Value }>> {
  const { project } = parts;
  const environment = callerEnvironment(parts);
  const named = Object.entries(environment).map(
    ([name, value]) => [outputName(name), { Description: `${name} of a caller`, Value: value }] as const,
  );
  return {
    ...Object.fromEntries(named),
    CallerEnvironment: { Description: 'The environment of a caller, as NAME=value', Value: joined(environment) },
    CallerPolicyArn: { Description: 'The policy for the role of a caller', Value: ref('CallerPolicy') },
    SubmitFunction: { Description: 'Invoke it to submit a canvas', Value: `${project.queuePrefix}submit` },
    ResultFunction: { Description: 'Invoke it to read a result', Value: `${project.queuePrefix}result` },
  };
}

/**
 * Returns the environment of a caller. The routes of very many tasks are too long for an output, as they are for a
 * function's environment: then a file has them.
 */
export function callerEnvironment({ project, routes }: StackParts): Readonly<Record<string, Value>> {
  const text = JSON.stringify(routes);
  const isShort = Buffer.byteLength(text) <= MAX_ROUTES_BYTES;
  return { ...environmentOf({ project }), ...(isShort && { CHORDAL_ROUTES: text }) };
}

// --- internal ---

/** The most bytes for the routes in an output, beside the other variables. */
const MAX_ROUTES_BYTES = 3000;

function joined(environment: Readonly<Record<string, Value>>): Value {
  const lines = Object.entries(environment).flatMap(([name, value]) => [{ 'Fn::Join': ['=', [name, value]] }]);
  return { 'Fn::Join': [' ', lines] };
}

/** `CHORDAL_QUEUE_PREFIX` → `ChordalQueuePrefix`. */
function outputName(variable: string): string {
  return variable
    .split('_')
    .map((word) => `${word.charAt(0)}${word.slice(1).toLowerCase()}`)
    .join('');
}
