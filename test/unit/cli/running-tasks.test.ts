import { describe, expect, it } from 'vitest';
import { RunningTasks } from '../../../src/cli/ui/running-tasks.ts';

const run = { functionName: 'f', task: 'add', id: 'W', attempt: 1 };

describe('RunningTasks', () => {
  it('knows since when a task runs, until it is decided', () => {
    const running = new RunningTasks();
    expect(running.startOf('W')).toBeUndefined();
    expect(running.note({ type: 'began', ...run, startedAt: 7 })).toBe(true);
    expect(running.startOf('W')).toBe(7);
    expect(running.note({ type: 'task', ...run, state: 'RETRY', ms: 1 })).toBe(true);
    expect(running.startOf('W')).toBeUndefined();
  });

  it('forgets a run that has ended without a decision', () => {
    const running = new RunningTasks();
    running.note({ type: 'began', ...run, startedAt: 7 });
    expect(running.note({ type: 'undecided', ...run })).toBe(true);
    expect(running.startOf('W')).toBeUndefined();
  });

  it('passes over events that are not of tasks', () => {
    expect(new RunningTasks().note({ type: 'received', functionName: 'f', bodies: [] })).toBe(false);
  });
});
