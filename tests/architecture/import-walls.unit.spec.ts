import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g;

interface Import {
  /** From the root, without extension where the import has none. */
  readonly file: string;
  /** A package name, or a path from the root. */
  readonly target: string;
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.(spec|d)\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function importsOf(file: string, workspace: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)].map((match) => {
    const name = match[1] ?? match[2] ?? match[3] ?? '';
    if (name.startsWith('@/')) return { file, target: join(workspace, 'src', name.slice(2)) };
    if (name.startsWith('.')) return { file, target: relative(ROOT, resolve(ROOT, dirname(file), name)) };
    return { file, target: name };
  });
}

const workspaceImports = (workspace: string) =>
  sources(`${workspace}/src`).flatMap((file) => importsOf(file, workspace));

const contracts = workspaceImports('contracts');
const backend = workspaceImports('backend');
const web = workspaceImports('web');
const simulator = workspaceImports('payment-simulator');

const show = ({ file, target }: Import) => `${file} imports ${target}`;
const broken = (imports: readonly Import[], rule: (one: Import) => boolean) => imports.filter(rule).map(show);

const isPackage = (target: string) => !/^(backend|contracts|web|payment-simulator|tests)\//.test(target);
const serviceOf = (path: string) => /^backend\/src\/services\/([^/]+)\//.exec(path)?.[1];
const testing = (file: string) => file.startsWith('backend/src/testing/') || file.includes('/conformance/');

describe('import walls', () => {
  it('sees the imports at all', () => {
    for (const imports of [contracts, backend, web, simulator]) expect(imports.length).toBeGreaterThan(10);
  });

  it('contracts import nothing but contracts', () => {
    expect(broken(contracts, ({ target }) => !target.startsWith('contracts/'))).toEqual([]);
  });

  it('a service imports no other service', () => {
    const crossing = ({ file, target }: Import) => {
      const [from, to] = [serviceOf(file), serviceOf(target)];
      return from !== undefined && to !== undefined && from !== to;
    };
    expect(broken(backend, crossing)).toEqual([]);
  });

  it('domain code has no I/O: contracts, domain and the error base only', () => {
    const outside = ({ file, target }: Import) =>
      /^backend\/src\/services\/[^/]+\/domain\//.test(file) &&
      target !== '@shop/contracts' &&
      !target.startsWith(`backend/src/services/${serviceOf(file)}/domain/`) &&
      target !== 'backend/src/infrastructure/errors/coded-error';
    expect(broken(backend, outside)).toEqual([]);
  });

  it('infrastructure imports no service', () => {
    const upward = ({ file, target }: Import) =>
      file.startsWith('backend/src/infrastructure/') && target.startsWith('backend/src/services/');
    expect(broken(backend, upward)).toEqual([]);
  });

  it('only the Kafka adapter imports the Kafka client', () => {
    const elsewhere = ({ file, target }: Import) =>
      target.startsWith('@platformatic/kafka') &&
      !file.startsWith('backend/src/infrastructure/kafka/transport/kafka/');
    expect(broken(backend, elsewhere)).toEqual([]);
  });

  it('nothing of the product imports test code', () => {
    const backwards = ({ file, target }: Import) =>
      !testing(file) && (target.startsWith('backend/src/testing/') || target.includes('/conformance/'));
    expect(broken(backend, backwards)).toEqual([]);
  });

  it('nothing that runs imports what users test their handlers with', () => {
    const module = 'backend/src/infrastructure/kafka/testing/';
    const backwards = ({ file, target }: Import) =>
      !testing(file) && !file.startsWith(module) && `${target}/`.startsWith(module);
    expect(broken(backend, backwards)).toEqual([]);
  });

  it('Nest stays in the files that wire', () => {
    const wiring =
      /\.(module|controller|decorator|guard|filter|pipe|handler|explorer|interceptor)\.ts$|backend\/src\/(application|main|app\.module|service\.module)\.ts$/;
    const inDomain = ({ file, target }: Import) =>
      /\/(domain|saga|transport|outbox|postgres|delivery)\//.test(file) &&
      target.startsWith('@nestjs/') &&
      !wiring.test(file) &&
      /\/domain\/|\/transport\/|infrastructure\/(outbox|postgres)\/|kafka\/delivery\//.test(file);
    expect(broken(backend, inDomain)).toEqual([]);
  });

  it('the web imports contracts, never the backend; storefront and console not each other', () => {
    const forbidden = ({ file, target }: Import) =>
      target.startsWith('backend/') ||
      target.startsWith('@nestjs/') ||
      (file.startsWith('web/src/storefront/') && target.startsWith('web/src/console/')) ||
      (file.startsWith('web/src/console/') && target.startsWith('web/src/storefront/'));
    expect(broken(web, forbidden)).toEqual([]);
  });

  it('the payment simulator shares no code with the platform', () => {
    const shared = ({ target }: Import) =>
      target.startsWith('@shop/') || (!isPackage(target) && !target.startsWith('payment-simulator/'));
    expect(broken(simulator, shared)).toEqual([]);
  });
});
