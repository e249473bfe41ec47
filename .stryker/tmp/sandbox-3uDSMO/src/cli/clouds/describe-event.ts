import { messageOf } from '../../core/text/describe.ts';
import type { LocalEvent } from '../../local/local-event.ts';
import type { Output } from '../output.ts';

/** Makes the text that a user reads about an event of the embedded cloud. */
export function describeEvent(event: LocalEvent, output: Pick<Output, 'faint'>): string {
  switch (event.type) {
    case 'log':
      return `${output.faint(`${event.functionName} |`)} ${event.line}`;
    case 'batch':
      return `${output.faint(event.functionName)}  ${describeBatch(event)}`;
    case 'built':
      return [`Built ${event.handlers.join(', ')}`, ...event.warnings.map((warning) => `Warning: ${warning}`)].join(
        '\n',
      );
    case 'build-failed':
      return `${messageOf(event.error)}\nKeeping the previous build.`;
    case 'trouble':
      return event.error === undefined ? event.message : `${event.message}: ${messageOf(event.error)}`;
  }
}

// --- internal ---

function describeBatch({ messages, failed, durationMs, problem }: Extract<LocalEvent, { type: 'batch' }>): string {
  const size = `${messages} ${messages === 1 ? 'message' : 'messages'} in ${Math.round(durationMs)} ms`;
  const back = failed === 0 ? '' : `, ${failed} failed and will be delivered again`;
  return `${size}${back}${problem === undefined ? '' : `: ${problem}`}`;
}
