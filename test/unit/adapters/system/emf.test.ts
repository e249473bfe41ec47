import { expect, test } from 'vitest';
import { EmfMeter } from '../../../../src/adapters/system/emf.ts';

const labels = { stack: 'shop-dev', functionName: 'shop-dev-math' };

test("EmfMeter.line() is one line of CloudWatch's embedded metric format", () => {
  const meter = new EmfMeter();
  meter.count('runs');
  meter.count('runs');
  meter.count('retries');
  meter.waited(12);
  meter.waited(40);

  expect(JSON.parse(meter.line(labels, 1_700_000_000_000) ?? '')).toEqual({
    _aws: {
      Timestamp: 1_700_000_000_000,
      CloudWatchMetrics: [
        {
          Namespace: 'Chordal',
          Dimensions: [['Stack']],
          Metrics: [
            { Name: 'Runs', Unit: 'Count' },
            { Name: 'Retries', Unit: 'Count' },
            { Name: 'QueueDelay', Unit: 'Milliseconds' },
          ],
        },
      ],
    },
    Stack: 'shop-dev',
    Function: 'shop-dev-math',
    Runs: 2,
    Retries: 1,
    QueueDelay: [12, 40],
  });
});

test('EmfMeter.line() is nothing if nothing was counted', () => {
  expect(new EmfMeter().line(labels, 0)).toBeUndefined();
});

test('EmfMeter.line() has a line for each task, with the task as a dimension, where that is asked for', () => {
  const meter = new EmfMeter();
  meter.count('runs', 'add');
  meter.count('runs', 'mul');
  meter.count('failures', 'mul');
  const lines = (meter.line({ ...labels, byTask: true }, 0) ?? '').split('\n').map((line): unknown => JSON.parse(line));
  expect(lines).toMatchObject([
    { Stack: 'shop-dev', Runs: 2, Failures: 1 },
    { Stack: 'shop-dev', Task: 'add', Runs: 1, _aws: { CloudWatchMetrics: [{ Dimensions: [['Stack', 'Task']] }] } },
    { Stack: 'shop-dev', Task: 'mul', Runs: 1, Failures: 1 },
  ]);
  expect(meter.line(labels, 0)?.split('\n')).toHaveLength(1);
});
