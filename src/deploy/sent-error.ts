import { ConfigurationError } from '../core/errors/caller.ts';
import { messageOf } from '../core/text/describe.ts';
import type { SentError } from './watch-messages.ts';

/** Makes an error ready to be sent to another process. */
export function sent(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: messageOf(error) };
  const { name, message } = error;
  return { name, message, ...('code' in error && { code: String(error.code) }) };
}

/** Returns an error that another process has sent. */
export function received({ name, message, code }: SentError): Error {
  if (code === 'CHORDAL_CONFIGURATION') return new ConfigurationError(message);
  return Object.assign(new Error(message), { name });
}
