import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundleForChild } from '@/testing/bundle-for-child';

const PROGRAM = fileURLToPath(new URL('./abandoned-rejections.child.ts', import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...wishes: string[]): Promise<Ended> {
  const bundle = await bundleForChild(PROGRAM);
  return new Promise((resolve) => {
    const env = { ...process.env, LOG_LEVEL: 'error' };
    execFile(process.execPath, [bundle, ...wishes], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('a rejection that a handler left behind', () => {
  it('is logged with its handler, and the process goes on', async () => {
    const { code, stdout, stderr } = await run();
    const output = stdout + stderr;
    expect(code).toBe(0);
    expect(stdout).toContain('still here');
    for (const text of ['at once', 'after the return', 'undefined', 'Careless'])
      expect(output).toContain(text);
  });

  it('leaves other rejections to Node, which ends the process', async () => {
    const { code, stdout, stderr } = await run('of nobody');
    expect(code).toBe(1);
    expect(stdout).not.toContain('still here');
    expect(stderr).toContain('not of a handler');
  });

  it('is Node’s again after letting go', async () => {
    expect((await run('after letting go')).code).toBe(1);
  });
});
