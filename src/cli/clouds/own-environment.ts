/** What this process's own environment has for functions: all but what leads to another cloud. */
export function ownEnvironment(): Readonly<Record<string, string>> {
  const own = Object.entries(process.env).filter(([name]) => !leadsElsewhere(name));
  return Object.fromEntries(own.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Has this process use a cloud: SDK clients read the environment, and nothing in it may lead to another. */
export function useOnly(env: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (leadsElsewhere(name)) delete process.env[name];
  Object.assign(process.env, env);
}

// --- internal ---

function leadsElsewhere(name: string): boolean {
  return (name.startsWith('AWS_') || name.startsWith('CHORDAL_')) && name !== 'CHORDAL_LOG_LEVEL';
}
