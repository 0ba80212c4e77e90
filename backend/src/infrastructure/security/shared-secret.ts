import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SecretUnavailableError } from './security.errors';

const SECRET_BYTES = 48;

/**
 * The secret kept in a file, made at the first call. Of several processes that start at once one wins and all read
 * the winner's: the file appears whole, by a link that fails where the name is taken.
 */
export async function sharedSecret(path: string): Promise<string> {
  const present = await read(path);
  if (present !== undefined) return present;
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(draft, randomBytes(SECRET_BYTES).toString('base64url'), { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await unlink(draft);
  }
  const made = await read(path);
  if (made === undefined) throw new SecretUnavailableError(`The secret file ${path} is gone or empty.`);
  return made;
}

async function read(path: string): Promise<string | undefined> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    if (text === '') throw new SecretUnavailableError(`The secret file ${path} is empty; delete it.`);
    return text;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

const isCode = (error: unknown, code: string): boolean => (error as { code?: unknown }).code === code;
