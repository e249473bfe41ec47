import { InvalidOptions, NotRegistered } from '../core/errors/caller.ts';
import { checksOf, defaultOf } from '../core/protocol/options.ts';
import { mismatch } from '../core/text/mismatch.ts';
import type { TaskOptions } from '../core/types/options.ts';
import type { ExternalOptions } from '../core/types/tasks.ts';
import { checkedOptions, checkLimits } from '../core/values/option-checks.ts';
import type { RegisteredTask } from '../engine/engine.ts';

/**
 * Returns a task that a Python worker runs, as functions of this app know it: they send it, and take its answer.
 *
 * @param defaults the options that every task of the app has.
 * @throws InvalidOptions if an option is unknown or wrong: the message names it and the expected value.
 */
export function externalTask(name: string, options: unknown, defaults: TaskOptions): RegisteredTask {
  const given = checkedOptions<Partial<ExternalOptions>>(options, CHECKS, name);
  const { queue, routingKey = queue, timeout = TIMEOUT, ...own } = given;
  if (queue === undefined || routingKey === undefined)
    throw new InvalidOptions(
      `Cannot use ${name} as an external task: ${mismatch('the queue of its Python worker', 'no queue')}. Give its name in SQS as the option queue.`,
    );
  checkLimits(own.softTimeLimit, own.timeLimit);
  const { ignoreResult = false, resultExpires = 0, inline = false } = defaults;
  return {
    name,
    fn: () => {
      throw new NotRegistered(`Cannot run ${name} here: a Python worker runs it. Send it with delay().`, {
        task: name,
      });
    },
    options: { ignoreResult, resultExpires, inline, ...own },
    parameters: undefined,
    external: { queue, routingKey, timeout },
  };
}

// --- internal ---

const CHECKS = checksOf('external');

// The table has a number for it.
const TIMEOUT = defaultOf('timeout') as number;
