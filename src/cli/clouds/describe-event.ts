import { messageOf } from '../../core/text/describe.ts';
import type { LocalEvent } from '../../local/local-event.ts';
import type { Output } from '../output.ts';

/** What happens in the embedded cloud, as a line for a person. */
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
      return `${messageOf(event.error)}\nWhat was built before goes on.`;
    case 'trouble':
      return event.error === undefined ? event.message : `${event.message}: ${messageOf(event.error)}`;
  }
}

// --- internal ---

function describeBatch({ messages, failed, durationMs, problem }: Extract<LocalEvent, { type: 'batch' }>): string {
  const size = `${messages} ${messages === 1 ? 'message' : 'messages'} in ${Math.round(durationMs)} ms`;
  const back = failed === 0 ? '' : `, ${failed} ${failed === 1 ? 'comes' : 'come'} back`;
  return `${size}${back}${problem === undefined ? '' : `: ${problem}`}`;
}
