import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const EXAMPLE = join(ROOT, 'examples', 'foreign-app');
const NODE = process.execPath;

/** A copy of the example outside of the repository, with the packed module installed like any other package. */
export class ForeignApp {
  private constructor(private readonly folder: string) {}

  static async install(): Promise<ForeignApp> {
    const folder = await mkdtemp(join(tmpdir(), 'foreign-app-'));
    const packed = join(folder, 'packed');
    const app = new ForeignApp(join(folder, 'app'));
    try {
      await cp(EXAMPLE, app.folder, { recursive: true, filter: isSource });
      await command(NODE, [join(ROOT, 'scripts', 'pack-module.mjs'), '--built', packed], ROOT);
      const [tarball] = await readdir(packed);
      if (tarball === undefined) throw new Error('There is no tarball.');
      const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
      await command('npm', ['install', ...quiet, join(packed, tarball)], app.folder);
      await command('npm', ['run', 'build'], app.folder);
      return app;
    } catch (error) {
      await app.remove();
      throw error;
    }
  }

  expected(program: string): Promise<string> {
    return readFile(join(this.folder, 'expected', `${program}.txt`), 'utf8');
  }

  /** What the program prints; its log is turned off. Rejects when it does not end well. */
  run(program: string, settings: Record<string, string>): Promise<string> {
    return command('npm', ['run', '--silent', program], this.folder, { LOG_LEVEL: 'silent', ...settings });
  }

  /** As on a machine where nobody ever installed these. */
  async without<T>(packages: readonly string[], work: () => Promise<T>): Promise<T> {
    const aside = join(this.folder, 'aside');
    await mkdir(aside, { recursive: true });
    const move = (from: string, to: string) =>
      Promise.all(packages.map((name) => rename(join(from, name), join(to, name))));
    const installed = join(this.folder, 'node_modules');
    await move(installed, aside);
    try {
      return await work();
    } finally {
      await move(aside, installed);
    }
  }

  async remove(): Promise<void> {
    await rm(dirname(this.folder), { recursive: true, force: true });
  }
}

const isSource = (path: string): boolean => !/[\\/](node_modules|dist)$/.test(path);

const LIMIT_MS = 90_000;

function command(
  file: string,
  args: readonly string[],
  cwd: string,
  settings: Record<string, string> = {},
): Promise<string> {
  const env = { ...withoutSettings(process.env), ...settings };
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${file} ${args.join(' ')} ended with ${code}:\n${output}${errors}`));
    });
  });
}

/** The test runner's own settings are none of the application's; the Node of the platform goes first. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(npm_|KAFKA_|VITEST|NODE_ENV$|SERVICE_NAME$)/.test(name),
  );
  return { ...Object.fromEntries(kept), PATH: `${dirname(NODE)}:${env['PATH'] ?? ''}` };
}
