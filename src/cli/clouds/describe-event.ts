import { messageOf } from '../../core/text/describe.ts';
import type { LocalEvent } from '../../local/local-event.ts';
import { humanLine } from '../human-line.ts';
import type { Output } from '../output.ts';

/** Makes the text that a user reads about an event of the embedded cloud. */
export function describeEvent(event: LocalEvent, output: Pick<Output, 'faint'>): string {
  switch (event.type) {
    case 'log': {
      const { functionName, line, run } = event;
      return `${output.faint(`${run === undefined ? functionName : `${run.task} ${run.id}`} |`)} ${humanLine(line, output, run !== undefined)}`;
    }
    case 'task':
      return describeTask(event, output);
    case 'began':
      return `${event.task} ${output.faint(event.id)} began`;
    case 'undecided':
      return `${event.task} ${output.faint(event.id)} ended without a decision`;
    case 'received':
      return `${output.faint(event.functionName)}  ${event.bodies.length} messages`;
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

/** `count 3f2a… SUCCESS 12 ms`, with the attempt if it is not the first, and the error if there is one. */
function describeTask(event: Extract<LocalEvent, { type: 'task' }>, output: Pick<Output, 'faint'>): string {
  const { task, id, state, ms, attempt, error } = event;
  const again = attempt > 1 ? ` (attempt ${attempt})` : '';
  return `${task} ${output.faint(id)} ${state} ${Math.round(ms)} ms${again}${error === undefined ? '' : `: ${error}`}`;
}

function describeBatch({ messages, failed, durationMs, problem }: Extract<LocalEvent, { type: 'batch' }>): string {
  const size = `${messages} ${messages === 1 ? 'message' : 'messages'} in ${Math.round(durationMs)} ms`;
  const back = failed === 0 ? '' : `, ${failed} failed and will be delivered again`;
  return `${size}${back}${problem === undefined ? '' : `: ${problem}`}`;
}
