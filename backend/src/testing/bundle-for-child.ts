import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const SOURCE = dirname(dirname(fileURLToPath(import.meta.url)));
const ROOT = dirname(dirname(SOURCE));

const bundles = new Map<string, Promise<string>>();

/**
 * Turns a program of the backend's sources into one file that plain Node runs in a process of its own, and answers
 * with its path. The file lies under `node_modules`, so that it finds the packages; the run's set-up removes it.
 */
export function bundleForChild(entry: string): Promise<string> {
  const known = bundles.get(entry);
  if (known !== undefined) return known;
  const bundle = bundleNow(entry);
  bundles.set(entry, bundle);
  return bundle;
}

async function bundleNow(entry: string): Promise<string> {
  const name = basename(entry, '.ts');
  const outDir = join(ROOT, 'node_modules', '.cache', 'test-children', `${process.pid}-${name}`);
  await build({
    configFile: false,
    root: dirname(SOURCE),
    logLevel: 'error',
    resolve: { alias: [{ find: /^@\//, replacement: `${SOURCE}/` }] },
    ssr: { resolve: { conditions: ['development', 'node', 'module', 'import', 'default'] } },
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: true,
      minify: false,
      sourcemap: 'inline',
      rolldownOptions: { output: { entryFileNames: `${name}.mjs`, chunkFileNames: '[name]-[hash].mjs' } },
    },
  });
  return join(outDir, `${name}.mjs`);
}
