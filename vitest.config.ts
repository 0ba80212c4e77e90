import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

type Price = 'unit' | 'int' | 'e2e';

interface ProjectOptions {
  readonly workspace: string;
  readonly price: Price;
  readonly environment?: 'node' | 'jsdom';
}

const TIMEOUTS: Record<Price, number> = { unit: 10_000, int: 60_000, e2e: 180_000 };

/** The specs of one workspace at one price, named `<workspace>-<price>`; '@' is the workspace's own `src`. */
function project({ workspace, price, environment = 'node' }: ProjectOptions): TestProjectInlineConfiguration {
  return {
    root: path(`./${workspace}`),
    resolve: {
      alias: [
        { find: /^@\//, replacement: `${path(`./${workspace === 'tests' ? 'backend' : workspace}/src`)}/` },
      ],
    },
    test: {
      name: price === 'e2e' ? price : `${workspace}-${price}`,
      include: [`**/*.${price}.spec.{ts,tsx}`],
      exclude: ['**/node_modules/**', '**/dist/**'],
      environment,
      pool: price === 'unit' ? 'threads' : 'forks',
      maxWorkers: 2,
      testTimeout: TIMEOUTS[price],
      // A shop on Kafka waits for its turn on the cluster.
      hookTimeout: price === 'e2e' ? 480_000 : TIMEOUTS[price],
      // What the others test needs neither PostgreSQL nor Kafka.
      globalSetup:
        price !== 'unit' && ['backend', 'tests'].includes(workspace)
          ? [path('./tests/support/global-setup.ts')]
          : [],
      setupFiles: environment === 'jsdom' ? [] : [path('./tests/support/reflect-metadata.ts')],
      sequence: { groupOrder: price === 'unit' ? 0 : price === 'int' ? 1 : 2 },
    },
  };
}

/** Specs that only have to compile: a `@ts-expect-error` that is not needed, or an error that is, fails. */
function types(workspace: string): TestProjectInlineConfiguration {
  return {
    root: path(`./${workspace}`),
    test: {
      name: `${workspace}-types`,
      include: [],
      typecheck: {
        enabled: true,
        only: true,
        checker: 'tsc',
        include: ['src/**/*.types.spec.{ts,tsx}'],
        tsconfig: path(`./${workspace}/tsconfig.json`),
        ignoreSourceErrors: true,
      },
    },
  };
}

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      project({ workspace: 'contracts', price: 'unit' }),
      project({ workspace: 'backend', price: 'unit' }),
      project({ workspace: 'payment-simulator', price: 'unit' }),
      project({ workspace: 'web', price: 'unit', environment: 'jsdom' }),
      types('contracts'),
      types('backend'),
      types('web'),
      project({ workspace: 'backend', price: 'int' }),
      project({ workspace: 'payment-simulator', price: 'int' }),
      project({ workspace: 'web', price: 'int' }),
      project({ workspace: 'tests', price: 'unit' }),
      project({ workspace: 'tests', price: 'int' }),
      project({ workspace: 'tests', price: 'e2e' }),
    ],
  },
});
