import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('the demo shows every example on the embedded cloud, exits with 0 and leaves nothing behind', async () => {
  const tmp = await temporaryFolder();
  const { output, exited } = startDemo(tmp);
  const code = await exited;
  const { stdout, stderr } = output();

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const title of ['1. Basic use', '2. Signatures: partial', '3. Workflows: chord', '3. Workflows: chunks']) {
    expect(stdout).toContain(`\n${title}\n`);
  }
  expect(stdout).toMatch(
    /> const result = await add\.delay\(2, 3\)\n +id +[\da-f-]{36}\n +state +\w+\n +get\(\) +5 {2}✓\n/,
  );
  expect(stdout).toContain("prints   'add(1, 2) | add(3)'  ✓");
  expect(stdout).toContain("get()    'LOG: [0,2,4,6,8,10,12,14,16,18]'  ✓");
  expect(stdout).toContain("its log  'x: 2; y: 2'  ✓");
  expect(stdout).toMatch(/\n\d+ checks, all as expected; [\d.]+ s, [\d.]+ s of them to start the cloud\n$/);
  expect(stdout).not.toContain('\u001B');
  expect(await readdir(tmp)).toEqual([]);
});

test('the demo leaves nothing behind when it is interrupted', async () => {
  const tmp = await temporaryFolder();
  const { child, exited } = startDemo(tmp);
  child.stdout?.on('data', (data: Buffer) => {
    if (String(data).includes('Basic use')) child.kill('SIGINT');
  });

  expect(await exited).toBe(1);
  expect(await readdir(tmp)).toEqual([]);
});

// --- internal ---

interface Demo {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  readonly output: () => { readonly stdout: string; readonly stderr: string };
}

function startDemo(tmp: string): Demo {
  const child = spawn(process.execPath, ['--conditions=chordal-source', 'test/demo/main.ts'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: tmp },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += String(data)));
  child.stderr.on('data', (data: Buffer) => (stderr += String(data)));
  return {
    child,
    exited: new Promise((resolve) => child.once('close', resolve)),
    output: () => ({ stdout, stderr }),
  };
}
