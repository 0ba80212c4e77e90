import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import chromium, { inflate, setupLambdaEnvironment } from '@sparticuz/chromium';

const PACKED_LIBRARIES = 'al2023';

/**
 * Path of the Chromium that comes with the packages. Where the system lacks a library it needs (NSS, most of the
 * time), the package's own copies are unpacked and put on the library path, so that nothing has to be installed.
 */
export async function chromiumPath(): Promise<string> {
  if (process.env.CHROMIUM_PATH !== undefined) return process.env.CHROMIUM_PATH;
  const path = await chromium.executablePath();
  if (await lacksLibraries(path)) {
    const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
    await inflate(join(dirname(dirname(entry)), 'bin', `${PACKED_LIBRARIES}.tar.br`));
    setupLambdaEnvironment(join(tmpdir(), PACKED_LIBRARIES, 'lib'));
  }
  return path;
}

async function lacksLibraries(program: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const { stdout } = await promisify(execFile)('ldd', [program]);
  return stdout.includes('not found');
}
