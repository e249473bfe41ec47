import { messageOf } from './describe.ts';
import { hasCode } from './has-code.ts';

/**
 * Says why a process cannot listen on a port, for an error's message.
 *
 * @param cause the error of `listen()`
 *
 * @example
 * `Cannot serve the page: ${portProblem(80, error)}. Choose another`;
 * // 'Cannot serve the page: port 80 cannot be used: listen EACCES: permission denied 127.0.0.1:80. Choose another'
 */
export function portProblem(port: number, cause: unknown): string {
  return hasCode(cause, 'EADDRINUSE') ? `port ${port} is in use` : `port ${port} cannot be used: ${messageOf(cause)}`;
}
