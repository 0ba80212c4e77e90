import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedServer, startOrAdopt } from '@/infrastructure/postgres/embedded-server';
import { serverFiles } from '@/infrastructure/postgres/server/server-files';
import { eventually } from '@/testing/eventually';
import { isGone } from './is-gone';

const BACK_WITHIN_MS = 30_000;

/** A PostgreSQL server of the spec's own, whose first process is killed and comes back at the same address. */
export class KilledPostgres {
  kills = 0;

  private constructor(
    private readonly dataDir: string,
    private readonly server: EmbeddedServer,
  ) {}

  static async start(): Promise<KilledPostgres> {
    const dataDir = await mkdtemp(join(tmpdir(), 'shop-killed-postgres-'));
    // Where the tests run as root, PostgreSQL runs as another user, who has to get through.
    await chmod(dataDir, 0o755);
    return new KilledPostgres(dataDir, await startOrAdopt({ dataDir }));
  }

  get url(): string {
    return this.server.url;
  }

  /** SIGKILL for the postmaster; resolves when it is gone and another one answers. */
  async kill(): Promise<void> {
    const pid = await this.postmaster();
    process.kill(pid, 'SIGKILL');
    await eventually(() => isGone(pid), { what: 'the postmaster to be gone' });
    this.kills += 1;
    await eventually(async () => (await this.postmaster()) !== pid && this.answers(), {
      withinMs: BACK_WITHIN_MS,
      what: 'another postmaster to answer',
    });
  }

  async remove(): Promise<void> {
    await this.server.release();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private async postmaster(): Promise<number> {
    const file = await readFile(join(serverFiles(this.dataDir).cluster, 'postmaster.pid'), 'utf8');
    return Number(file.split('\n')[0]);
  }

  private async answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } finally {
      await client.end();
    }
  }
}
