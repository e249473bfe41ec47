import { expect, test } from 'vitest';
import { portProblem } from '../../../../src/core/text/port-problem.ts';

test('a port is in use only if the error says so, and otherwise has the cause', () => {
  const refused = (code: string, message: string): Error => Object.assign(new Error(message), { code });
  const taken = refused('EADDRINUSE', 'listen EADDRINUSE: address already in use 127.0.0.1:80');
  const denied = refused('EACCES', 'listen EACCES: permission denied 127.0.0.1:80');

  expect(portProblem(80, taken)).toBe('port 80 is in use');
  expect(portProblem(80, denied)).toBe('port 80 cannot be used: listen EACCES: permission denied 127.0.0.1:80');
});
