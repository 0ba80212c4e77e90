import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { freePort } from '../support/free-port';
import { ProductProcess } from '../support/product-process';

/** What `npm start` runs once everything is built: the launcher with the built backend and simulator. */
describe('npm start', () => {
  let environment: Record<string, string>;
  let started: ProductProcess[];

  beforeEach(async () => {
    started = [];
    environment = {
      DATA_DIR: await mkdtemp(join(tmpdir(), 'shop-start-')),
      PORT: String(await freePort()),
      METRICS_PORT: String(await freePort()),
      PAYMENT_SIMULATOR_PORT: String(await freePort()),
      LOG_LEVEL: 'warn',
    };
  });

  afterEach(async () => {
    await Promise.all(started.map((process) => process.stop()));
    // Children that outlived their killed parent end by themselves, and PostgreSQL with the last of them.
    await eventually(() => !existsSync(join(environment.DATA_DIR ?? '', 'postgres', 'postmaster.pid')), {
      withinMs: 60_000,
      what: 'the end of PostgreSQL',
    });
    await rm(environment.DATA_DIR ?? '', { recursive: true, force: true });
  });

  const start = (): ProductProcess => {
    const process = ProductProcess.start('npm start', 'scripts/start.mjs', environment);
    started.push(process);
    return process;
  };
  const address = (path: string, port = environment.PORT): string => `http://127.0.0.1:${port}${path}`;
  const statusOf = async (url: string): Promise<number> => {
    const answer = await fetch(url);
    await answer.body?.cancel();
    return answer.status;
  };
  const isClosed = (url: string): Promise<boolean> =>
    fetch(url).then(
      () => false,
      () => true,
    );
  const saysReady = (process: ProductProcess): Promise<true> =>
    eventually(() => process.output.includes('Ready in '), { withinMs: 60_000, what: 'the ready line' });
  const post = async (path: string, body: object): Promise<number> => {
    const answer = await fetch(address(path), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await answer.body?.cancel();
    return answer.status;
  };

  it('says where everything is, serves it, drains on SIGTERM, and finds its data again', async () => {
    const first = start();
    await saysReady(first);
    for (const url of first.output.match(/http:\/\/localhost:\d+\S*/g) ?? []) {
      expect([url, await statusOf(url)]).toEqual([url, 200]);
    }
    expect(first.output).toContain(`http://localhost:${environment.PORT}/`);
    expect(first.output).toContain(`http://localhost:${environment.METRICS_PORT}/metrics`);
    expect(first.output).toContain(`http://localhost:${environment.PAYMENT_SIMULATOR_PORT}/`);
    const account = { email: 'ada@example.org', password: 'correct horse battery' };
    expect(await post('/api/auth/register', account)).toBe(201);
    expect(await first.stop()).toBe(0);
    expect(await isClosed(address('/health'))).toBe(true);
    expect(await isClosed(address('/ledger', environment.PAYMENT_SIMULATOR_PORT))).toBe(true);

    const second = start();
    await saysReady(second);
    expect(await post('/api/auth/login', account)).toBe(200);
    expect(await second.stop()).toBe(0);
  });

  it('names the port that is taken, and leaves nothing running', async () => {
    const other = createServer().listen(Number(environment.PORT), '127.0.0.1');
    try {
      const process = start();
      expect(await process.exit()).toBe(1);
      expect(process.output).toContain(`port ${environment.PORT}`);
      expect(process.output).toContain('PORT');
      expect(await isClosed(address('/ledger', environment.PAYMENT_SIMULATOR_PORT))).toBe(true);
    } finally {
      await new Promise((closed) => other.close(closed));
    }
  });

  it('drains when the npm that runs it is ended', async () => {
    // The built output is there; without its scripts npm does not look for changes to build.
    const npm = ProductProcess.npm('npm start', ['start', '--ignore-scripts'], environment);
    started.push(npm);
    await saysReady(npm);
    await npm.stop();
    for (const port of [environment.PORT, environment.PAYMENT_SIMULATOR_PORT]) {
      await eventually(() => isClosed(address('/health', port)), {
        withinMs: 30_000,
        what: `the end of what listens on ${port}`,
      });
    }
  });

  it('takes its children along when it is killed', async () => {
    const process = start();
    await saysReady(process);
    await process.kill();
    await eventually(() => isClosed(address('/health')), {
      withinMs: 30_000,
      what: 'the end of the backend',
    });
    await eventually(() => isClosed(address('/ledger', environment.PAYMENT_SIMULATOR_PORT)), {
      withinMs: 30_000,
      what: 'the end of the simulator',
    });
  });
});
