import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { moduleFiles, specifiers } from './module-files.mjs';
import { moduleManifest } from './module-manifest.mjs';
import { run } from './run.mjs';
import { inRoot, root } from './workspace.mjs';

/** Subpaths of the package, and where they begin in the built backend. */
const ENTRIES = { '.': 'infrastructure/kafka/index', './testing': 'infrastructure/kafka/testing/index' };
const CONTRACTS = '@shop/contracts';

/** Makes the package `@shop/kafka` from the built backend and contracts; answers with the tarball's path. */
export async function packModule(
  destination,
  built = { backend: 'backend/dist', contracts: 'contracts/dist' },
) {
  const folder = mkdtempSync(join(tmpdir(), 'shop-kafka-package-'));
  try {
    const backend = copyReachable(resolve(root, built.backend), Object.values(ENTRIES), folder);
    const contracts = copyReachable(resolve(root, built.contracts), ['index'], join(folder, 'contracts'));
    for (const file of backend.files) pointAtContracts(file, folder);
    const packages = [...new Set([...backend.packages, ...contracts.packages])].filter(
      (name) => name !== CONTRACTS,
    );
    writeManifest(folder, packages);
    mkdirSync(destination, { recursive: true });
    const tarball = await pack(folder, resolve(destination));
    return { tarball, files: backend.files.length + contracts.files.length };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** JavaScript and types that the entries lead to, under the paths they have in `dist`. */
function copyReachable(dist, entries, folder) {
  const { files, packages } = moduleFiles(dist, entries);
  const copies = files.map((file) => {
    const copy = join(folder, relative(dist, file));
    mkdirSync(dirname(copy), { recursive: true });
    // The map would lead to sources that are not in the package.
    writeFileSync(copy, readFileSync(file, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
    return copy;
  });
  return { files: copies, packages };
}

/** The contracts are inside the package, so nobody has to publish them. */
function pointAtContracts(file, folder) {
  const text = readFileSync(file, 'utf8');
  if (!specifiers(text).includes(CONTRACTS)) return;
  const path = relative(dirname(file), join(folder, 'contracts', 'index.js')).replaceAll('\\', '/');
  const target = path.startsWith('.') ? path : `./${path}`;
  writeFileSync(file, text.replaceAll(new RegExp(`(['"])${CONTRACTS}\\1`, 'g'), `'${target}'`));
}

function writeManifest(folder, packages) {
  const backend = JSON.parse(readFileSync(inRoot('backend', 'package.json'), 'utf8'));
  const manifest = moduleManifest({ backend, packages, entries: ENTRIES });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(inRoot('LICENSE'), join(folder, 'LICENSE'));
  cpSync(inRoot('docs', 'using-the-module.md'), join(folder, 'README.md'));
  for (const page of ['when-a-handler-fails.md', 'delivery-options.md', 'images'])
    cpSync(inRoot('docs', page), join(folder, page), { recursive: true });
}

async function pack(folder, destination) {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
  const { code, output } = await run('npm', args, { cwd: folder, quiet: true });
  const name = /"filename":\s*"([^"]+)"/.exec(output)?.[1];
  if (code !== 0 || name === undefined) throw new Error(`npm pack failed:\n${output}`);
  return join(destination, name.replace('@', '').replace('/', '-'));
}
