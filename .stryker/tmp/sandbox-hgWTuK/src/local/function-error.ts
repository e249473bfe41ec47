/** What Lambda answers for a function that has failed. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/**
 * How Lambda tells of a failure.
 *
 * @param reason the stack of what was thrown, or how the sandbox ended
 *
 * @example
 * functionError('RangeError: too far\n    at f'); // { errorType: 'RangeError', errorMessage: 'too far', trace: ['RangeError: too far', '    at f'] }
 */
export function functionError(reason: string): FunctionError {
  const trace = reason.split('\n');
  const [, errorType, errorMessage] = THROWN.exec(trace[0] ?? '') ?? [];
  if (errorType !== undefined && errorMessage !== undefined) return { errorType, errorMessage, trace };
  return { errorType: reason.includes('timed out') ? 'Sandbox.Timedout' : 'Runtime.ExitError', errorMessage: reason };
}

// --- internal ---

const THROWN = /^([A-Za-z_$][\w$.]*): (.*)$/s;
