import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedServer, startOrAdopt } from '@/infrastructure/postgres/embedded-server';
import { DoorTo } from './door-to';

/** A PostgreSQL server of the spec's own, to be stopped and started; its address stays the same. */
export class OwnPostgres {
  private constructor(
    private readonly dataDir: string,
    private readonly door: DoorTo,
    private server: EmbeddedServer | undefined,
    readonly url: string,
  ) {}

  static async start(): Promise<OwnPostgres> {
    const dataDir = await mkdtemp(join(tmpdir(), 'shop-own-postgres-'));
    // Where the tests run as root, PostgreSQL runs as another user, who has to get through.
    await chmod(dataDir, 0o755);
    const server = await startOrAdopt({ dataDir });
    const url = new URL(server.url);
    const door = await DoorTo.open(Number(url.port));
    url.port = String(door.port);
    return new OwnPostgres(dataDir, door, server, url.href);
  }

  async stop(): Promise<void> {
    await this.server?.release();
    this.server = undefined;
  }

  async startAgain(): Promise<void> {
    this.server = await startOrAdopt({ dataDir: this.dataDir });
    this.door.leadTo(Number(new URL(this.server.url).port));
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.door.shut();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
