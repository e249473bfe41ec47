import type { FunctionConfig } from '../../core/types/function-config.ts';
import { variablesOf } from '../../deploy/function-config.ts';
import { leadsToCloud } from '../dev/env-files.ts';

/** Returns the environment of this process without the variables that point to another cloud. */
export function ownEnvironment(): Readonly<Record<string, string>> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_') && !leadsToCloud(name));
  return Object.fromEntries(own.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Points this library to a cloud, in this process: nothing in the environment may name another one. */
export function useOnly(env: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env).filter(leadsToCloud)) delete process.env[name];
  Object.assign(process.env, env);
}

/** Puts this process's environment over the variables of a function's configuration. */
export function overConfig(config: FunctionConfig): Readonly<Record<string, string>> {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { ...variablesOf(config), ...Object.fromEntries(own) };
}
