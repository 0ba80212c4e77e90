import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const inRoot = (...parts) => join(root, ...parts);

/** Node 24 from the packages where the platform has one there, else the Node that runs us. */
export function nodeBinary() {
  const installed = inRoot('node_modules', '.bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(installed) ? installed : process.execPath;
}

/** The script behind a package's command, so that it runs under the Node of our choice on every platform. */
export const commandScript = (packageName, ...path) =>
  inRoot('node_modules', ...packageName.split('/'), ...path);
