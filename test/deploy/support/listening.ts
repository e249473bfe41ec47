import { readFile, readdir, readlink } from 'node:fs/promises';

/** The addresses that the descendants of a process listen on, as `127.0.0.1:4566`. Linux only. */
export async function listeningAddresses(pid: number): Promise<readonly string[]> {
  const inodes = new Set((await Promise.all((await descendantsOf(pid)).map(socketsOf))).flat());
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8')));
  return tables.flatMap((table) =>
    table.split('\n').flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      return state === LISTENING && inodes.has(inode) ? [addressOf(local)] : [];
    }),
  );
}

/**
 * The ids of the processes that a process has started, and of theirs. Linux only.
 *
 * @param command a text that the command of each must contain. Default: any command.
 */
export async function descendantsOf(pid: number, command = ''): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const pairs = await Promise.all(
    pids.map(async (child) => {
      const status = await readFile(`/proc/${child}/status`, 'utf8').catch(() => '');
      return { child, parent: /^PPid:\s+(\d+)/m.exec(status)?.[1] };
    }),
  );
  const found = [String(pid)];
  for (const parent of found) found.push(...pairs.filter((pair) => pair.parent === parent).map(({ child }) => child));
  const commands = await Promise.all(found.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return found.filter((_, index) => index > 0 && (commands[index] ?? '').includes(command));
}

// --- internal ---

const LISTENING = '0A';

async function socketsOf(pid: string): Promise<readonly string[]> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}

/** `0100007F:11D6` → `127.0.0.1:4566`: an IPv4 address is written backwards, also where it is the end of an IPv6 address. */
function addressOf(hex: string): string {
  const [address = '', port = ''] = hex.split(':');
  const bytes = address.replace(/^0{16}FFFF0000/, '').match(/../g) ?? [];
  const text =
    bytes.length === 4
      ? bytes
          .toReversed()
          .map((byte) => Number.parseInt(byte, 16))
          .join('.')
      : address;
  return `${text}:${Number.parseInt(port, 16)}`;
}
