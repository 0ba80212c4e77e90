import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { topicNames } from '../../../contracts/src/event-types.ts';
import { Cluster } from './cluster.ts';
import type { Parts } from './environment.ts';
import type { Measured } from './side.ts';
import { type RunningSide, startSide } from './side-runner.ts';

export interface LabOptions {
  readonly parts: Parts;
  readonly runs: number;
  /** Where V8 profiles of our sides go. */
  readonly profile: string | undefined;
  readonly say: (line: string) => void;
}

export type Contestant = () => Promise<Measured>;

const SIDE_LIMIT_MS = 120_000;

/** What a bench works with: topics, schemas, sides, and rounds of them. */
export class Lab {
  readonly runs: number;
  private readonly id = `bench-${process.pid}-${Date.now().toString(36)}`;
  private readonly options: LabOptions;
  private readonly cluster: Cluster;
  private readonly topics: string[] = [];
  private numbered = 0;

  constructor(options: LabOptions) {
    this.options = options;
    this.runs = options.runs;
    this.cluster = new Cluster(options.parts);
  }

  /** A name that no other run of a bench has, for a topic or a group. */
  name(what: string): string {
    this.numbered += 1;
    return `${this.id}-${what}-${this.numbered}`;
  }

  /** A new, empty topic; it goes away with the lab. */
  async topic(what: string, partitions: number): Promise<string> {
    const topic = this.name(what);
    this.topics.push(topic);
    await this.cluster.create(topic, partitions);
    return topic;
  }

  /** A schema for the time of the work. What earlier ones left to be written to disk is written first. */
  async withSchema<T>(what: string, work: (schema: string) => Promise<T>): Promise<T> {
    const schema = this.name(what).replaceAll('-', '_');
    await this.query(`create schema ${schema}`);
    await this.query('checkpoint');
    try {
      return await work(schema);
    } finally {
      await this.query(`drop schema if exists ${schema} cascade`);
    }
  }

  /** A database of its own on the same server, for the time of the work. */
  async withDatabase<T>(what: string, work: (databaseUrl: string) => Promise<T>): Promise<T> {
    const database = this.name(what).replaceAll('-', '_');
    await this.query(`create database ${database}`);
    await this.query('checkpoint');
    const url = new URL(this.options.parts.postgresUrl);
    url.pathname = database;
    try {
      return await work(url.href);
    } finally {
      await this.query(`drop database if exists ${database} with (force)`);
    }
  }

  /** A database, and a folder for what else a shop keeps. */
  async forShop<T>(work: (kept: { databaseUrl: string; dataDir: string }) => Promise<T>): Promise<T> {
    const dataDir = await mkdtemp(join(tmpdir(), 'shop-bench-data-'));
    try {
      return await this.withDatabase('shop', (databaseUrl) => work({ databaseUrl, dataDir }));
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  }

  /** The same, on a cluster that has no topics of a shop; those that it makes are gone afterwards. */
  async forShopOnKafka<T>(work: (kept: { databaseUrl: string; dataDir: string }) => Promise<T>): Promise<T> {
    const there = await this.cluster.thereOf(topicNames);
    if (there.length > 0) {
      throw new Error(`The cluster has topics of a shop, such as ${there[0]}: the bench needs one without.`);
    }
    try {
      return await this.forShop(work);
    } finally {
      await this.cluster.remove(topicNames);
    }
  }

  begin(side: string, params: object): RunningSide {
    const { parts, say } = this.options;
    const profile = side.startsWith('ours') ? this.options.profile : undefined;
    return startSide(side, { parts, ...params }, { limitMs: SIDE_LIMIT_MS, profile, say });
  }

  side(side: string, params: object): Promise<Measured> {
    return this.begin(side, params).measured;
  }

  /** Every contestant once a round, one at a time; the order is the same in each round. */
  async rounds<Name extends string>(
    contestants: Readonly<Record<Name, Contestant>>,
    show: (measured: Measured) => string,
  ): Promise<Record<Name, readonly Measured[]>> {
    const entries = Object.entries(contestants) as [Name, Contestant][];
    const measured = new Map<Name, Measured[]>(entries.map(([name]) => [name, []]));
    for (let round = 1; round <= this.runs; round += 1) {
      for (const [name, contestant] of entries) {
        const result = await contestant();
        measured.get(name)?.push(result);
        this.options.say(`  run ${round} of ${this.runs}, ${name}: ${show(result)}`);
      }
    }
    return Object.fromEntries(measured) as unknown as Record<Name, readonly Measured[]>;
  }

  async close(): Promise<void> {
    if (this.topics.length > 0) await this.cluster.remove(this.topics);
  }

  async query(text: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.options.parts.postgresUrl });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  }
}
