import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { eventually } from '@/testing/eventually';
import type { TestKafka } from '@/testing/provided-context';
import { Shop } from '../support/shop';
import type { CrashPoint } from './crash-point';
import { isGone } from './is-gone';
import type { Flow } from './order-kinds';

export interface CrashShopOptions {
  readonly databaseUrl: string;
  readonly kafka?: TestKafka | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'product/preload.ts')).href;
const STRUCK_WITHIN_MS = 40_000;

/** The built shop, which notes every crossing that turns up and kills itself at the one it is told. */
export class CrashShop {
  private constructor(
    readonly shop: Shop,
    private readonly folder: string,
    /** Read at each start of the process. */
    private readonly env: Record<string, string>,
  ) {}

  static async start({ databaseUrl, kafka, env = {} }: CrashShopOptions): Promise<CrashShop> {
    const folder = await mkdtemp(join(tmpdir(), 'shop-crash-'));
    const own = { ...env, NODE_OPTIONS: `--import ${PRELOAD}`, CRASH_POINTS_SEEN: join(folder, 'seen') };
    const shop = await Shop.start({ databaseUrl, env: own, ...(kafka ? { kafka } : {}) });
    return new CrashShop(shop, folder, own);
  }

  /** Names of the crossings that turned up in any process so far. */
  seen(): ReadonlySet<string> {
    const lines = readFileSync(join(this.folder, 'seen'), 'utf8').split('\n');
    return new Set(lines.filter((line) => line !== ''));
  }

  /** Starts the shop anew, to die at this point. */
  async startFor(point: CrashPoint): Promise<void> {
    await rm(this.markFile, { force: true });
    Object.assign(this.env, { CRASH_AT: `${point.side} ${point.name}`, CRASH_MARK: this.markFile });
    this.env['ORDER_FLOW'] = point.flow;
    await this.shop.kill();
    // It may be struck before it is ready.
    await this.shop.restart().catch(async (error: unknown) => {
      if ((await this.mark()) === undefined) throw error;
    });
  }

  /** Resolves when the process has died at the point; `meanwhile` runs each time it has not yet. */
  async struck(point: CrashPoint, meanwhile: () => void): Promise<void> {
    const [pid = 0] = this.shop.pids();
    const wanted = `${point.side} ${point.name}\n${pid}\n`;
    await eventually(
      async () => {
        if ((await this.mark()) === wanted) return true;
        meanwhile();
        return false;
      },
      { withinMs: STRUCK_WITHIN_MS, what: `the kill ${point.side} '${point.name}'` },
    );
    await eventually(() => isGone(pid), { what: 'the process to be gone' });
  }

  /** Starts the shop anew, to live; orders that are under way keep their flow. */
  async startToLive(flow: Flow): Promise<void> {
    delete this.env['CRASH_AT'];
    this.env['ORDER_FLOW'] = flow;
    await this.shop.kill();
    await this.shop.restart();
  }

  /** The provider's process goes and another one reads its ledger. */
  async renewSimulator(): Promise<void> {
    await this.shop.stopSimulator();
    await this.shop.startSimulator();
  }

  async stop(): Promise<void> {
    await this.shop.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private get markFile(): string {
    return join(this.folder, 'mark');
  }

  private mark(): Promise<string | undefined> {
    return readFile(this.markFile, 'utf8').catch(() => undefined);
  }
}
