import pg from 'pg';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Surroundings } from '../report/result-row.ts';
import type { Parts } from './environment.ts';

const COMPARED = [
  '@platformatic/kafka',
  '@nestjs/core',
  '@nestjs/microservices',
  'kafkajs',
  'pg',
  'avsc',
  '@dbos-inc/dbos-sdk',
];

/** With which versions and on which machine the figures came to be. */
export async function surroundingsOf(
  parts: Parts,
  kafkaVersion: string | undefined,
): Promise<Omit<Surroundings, 'settings'>> {
  return {
    versions: {
      node: process.versions.node,
      ...(kafkaVersion ? { kafka: kafkaVersion } : {}),
      postgresql: await postgresVersion(parts),
      ...Object.fromEntries(COMPARED.map((name) => [name, versionOf(name)])),
    },
    machine: {
      cpu: cpus()[0]?.model.replaceAll(/\s+/g, ' ').trim(),
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 1024 ** 3),
      system: `${type()} ${release()}`,
      loadBefore: Number(loadavg()[0]?.toFixed(1)),
      date: new Date().toISOString().slice(0, 10),
    },
  };
}

function versionOf(name: string): string {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).version;
}

async function postgresVersion({ postgresUrl }: Parts): Promise<string> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  const { rows } = await client.query('show server_version');
  await client.end();
  return rows[0].server_version;
}
