import { describe, expect, it } from 'vitest';
import { fromEventBridge, readCron, toEventBridge } from '../../../../src/core/schedule/cron.ts';

const both = (text: string): readonly [string, string | undefined] => {
  const expression = toEventBridge(readCron(text, 'nightly'));
  return [expression, fromEventBridge(expression)];
};

describe('readCron()', () => {
  it.each([
    ['0 3 * * *', 'cron(0 3 * * ? *)', '0 3 * * *'],
    ['*/15 * * * *', 'cron(0,15,30,45 * * * ? *)', '0,15,30,45 * * * *'],
    ['5/20 0-23/12 * * *', 'cron(5,25,45 0,12 * * ? *)', '5,25,45 0,12 * * *'],
    ['0 9 * * 1-5', 'cron(0 9 ? * MON-FRI *)', '0 9 * * MON-FRI'],
    ['0 9 * * 0', 'cron(0 9 ? * SUN *)', '0 9 * * SUN'],
    ['0 9 * * 7', 'cron(0 9 ? * SUN *)', '0 9 * * SUN'],
    ['0 9 * * 0-7', 'cron(0 9 * * ? *)', '0 9 * * *'],
    ['0 9 * * sun-7', 'cron(0 9 * * ? *)', '0 9 * * *'],
    ['0 9 * * 0-7/2', 'cron(0 9 ? * SUN,TUE,THU,SAT *)', '0 9 * * SUN,TUE,THU,SAT'],
    ['0 9 * * 7-7', 'cron(0 9 ? * SUN *)', '0 9 * * SUN'],
    ['0 9 * * 7-2', 'cron(0 9 ? * SUN-TUE *)', '0 9 * * SUN-TUE'],
    ['0 9 * * 5-7', 'cron(0 9 ? * SUN,FRI,SAT *)', '0 9 * * SUN,FRI,SAT'],
    ['0 9 * * fri-mon', 'cron(0 9 ? * SUN,MON,FRI,SAT *)', '0 9 * * SUN,MON,FRI,SAT'],
    ['0 9 * * monday,friday', 'cron(0 9 ? * MON,FRI *)', '0 9 * * MON,FRI'],
    ['0 0 1,15 jan-mar *', 'cron(0 0 1,15 1-3 ? *)', '0 0 1,15 1-3 *'],
    ['0 0 L * *', 'cron(0 0 L * ? *)', '0 0 L * *'],
    ['0 0 * * 5L', 'cron(0 0 ? * 6L *)', '0 0 * * 5L'],
    ['0 0 * * mon#2', 'cron(0 0 ? * 2#2 *)', '0 0 * * 1#2'],
    ['0 0 1-31 * *', 'cron(0 0 * * ? *)', '0 0 * * *'],
  ])('reads %s as both the Scheduler and a cron library take it', (text, scheduler, library) => {
    expect(both(text)).toEqual([scheduler, library]);
  });

  it.each([
    ['61 3 * * *', 'its minute "61" is not a number from 0 to 59'],
    ['0 24 * * *', 'its hour "24" is not a number from 0 to 23'],
    ['0 3 0 * *', 'its day of the month "0" is not a number from 1 to 31'],
    ['0 3 * foo *', 'its month "FOO" is not a number from 1 to 12, or JAN to DEC'],
    ['0 3 * * 8', 'its day of the week "8" is not a number from 0 to 6, or SUN to SAT'],
    ['0 3 * * marsday', 'its day of the week "MARSDAY" is not a number'],
    ['*/0 * * * *', 'its minute "*/0" has a step that is not a number from 1 to 60'],
    ['30-10 * * * *', 'its minute "30-10" is a range that ends before it begins'],
    ['1-2-3 * * * *', 'its minute "1-2-3" is not a number'],
    [', * * * *', 'its minute "" is not a number'],
    ['0 3 * *', 'it has 4 fields, and five are expected'],
    ['', 'it has 1 field, and five are expected'],
    ['0 3 13 * 5', 'it has a day of the month (13) and a day of the week (FRI)'],
  ])('refuses %s and says where it is wrong', (text, why) => {
    expect(() => readCron(text, 'nightly')).toThrow(why);
    expect(() => readCron(text, 'nightly')).toThrow(`Cannot schedule nightly at ${JSON.stringify(text)}: `);
  });
});
