import { ConfigurationError } from '../errors/caller.ts';

/** The bytes of variables that Lambda accepts. */
const MOST_BYTES = 4096;
/** The approximate size of the value that CloudFormation puts in place of one of its functions: an ARN, or a name. */
const UNKNOWN_BYTES = 80;

/**
 * Makes sure that Lambda takes the variables of a function.
 *
 * @param fixOf says what to do about the largest variable
 * @throws ConfigurationError if they are too large together
 */
export function checkVariableBytes(
  name: string,
  variables: Readonly<Record<string, unknown>>,
  fixOf: (largest: string) => string,
): void {
  const sizes = Object.entries(variables).map(([variable, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const bytes = typeof value === 'object' ? UNKNOWN_BYTES : Buffer.byteLength(text);
    return { variable, bytes: Buffer.byteLength(variable) + bytes };
  });
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const [largest] = sizes.toSorted((a, b) => b.bytes - a.bytes);
  if (total <= MOST_BYTES || largest === undefined) return;
  throw new ConfigurationError(
    `Cannot deploy the function ${name}: its variables take ${total} bytes, and Lambda takes ${MOST_BYTES}. The largest is ${largest.variable} (${largest.bytes} bytes). ${fixOf(largest.variable)}`,
  );
}
