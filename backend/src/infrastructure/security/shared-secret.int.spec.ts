import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretUnavailableError } from './security.errors';
import { sharedSecret } from './shared-secret';

describe('a shared secret', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shop-secret-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is the same for all who ask at once, and for its owner only', async () => {
    const path = join(directory, 'secrets', 'jwt');
    const secrets = await Promise.all(Array.from({ length: 20 }, () => sharedSecret(path)));
    expect(new Set(secrets).size).toBe(1);
    expect(secrets[0]?.length).toBeGreaterThanOrEqual(32);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(directory, 'secrets'))).toEqual(['jwt']);
  });

  it('is not made up in place of an empty file', async () => {
    const path = join(directory, 'jwt');
    await writeFile(path, '');
    await expect(sharedSecret(path)).rejects.toThrow(SecretUnavailableError);
  });
});
