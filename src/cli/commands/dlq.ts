import { nearest } from '../../core/text/did-you-mean.ts';
import { furtherArguments, readNumber } from '../arguments.ts';
import { withCloud } from '../clouds/open.ts';
import { cloudArguments, readCloudOptions } from '../clouds/options.ts';
import { makeCommand } from '../command.ts';
import type { Command } from '../command.ts';
import type { DeadLetterAction } from '../dead-letters.ts';
import type { Output } from '../output.ts';
import { UsageError } from '../usage-error.ts';

/** `chordal dlq list | redrive | purge [id…]`: the messages that were given up. */
export function dlq(output: Output): Command {
  return makeCommand({
    name: 'dlq',
    description: 'List dead letters, submit them as new workflows, or remove them',
    args: {
      action: {
        type: 'positional',
        required: true,
        description: 'list; redrive, which prints {"old": …, "new": …}; or purge',
      },
      'id…': { type: 'positional', required: false, description: 'The ids that list has printed; else all' },
      days: {
        type: 'string',
        valueHint: 'days',
        description: 'How far to look back; none is kept for longer than 15',
        default: '15',
      },
      ...cloudArguments,
    },
    run: async (args) => {
      const action = readAction(args.action);
      const days = readNumber('days', args.days, { least: 0, most: KEPT_DAYS }) ?? KEPT_DAYS;
      const choice = { days, ids: furtherArguments(args) };
      const { handleDeadLetters } = await import('../dead-letters.ts');
      const purpose = action === 'redrive' ? 'send' : 'read';
      return withCloud(readCloudOptions(args), purpose, output, async (cloud) => {
        const exitCode = await handleDeadLetters(action, choice, cloud, output);
        if (action === 'redrive') await cloud.untilIdle();
        return exitCode;
      });
    },
  });
}

// --- internal ---

const ACTIONS: readonly DeadLetterAction[] = ['list', 'redrive', 'purge'];
const KEPT_DAYS = 15;

function readAction(text: string): DeadLetterAction {
  const action = ACTIONS.find((one) => one === text);
  if (action !== undefined) return action;
  const meant = nearest(text, ACTIONS);
  const advice = meant === undefined ? `write ${ACTIONS.join(', ')}` : `did you mean ${meant}?`;
  throw new UsageError(`Cannot do ${JSON.stringify(text)} with dead letters: ${advice}`);
}
