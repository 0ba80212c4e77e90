import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AvroRecord } from '../src/avro/avro-schema.ts';

export const inContracts = (relative: string): string =>
  fileURLToPath(new URL(`../${relative}`, import.meta.url));
export const inRepository = (relative: string): string => inContracts(`../${relative}`);

/** An event type as its folder `topics/<topic>/<event type>` has it. */
export interface CatalogueEntry {
  readonly topic: string;
  readonly eventType: string;
  readonly folder: string;
  /** Oldest first; the last one is what is written. */
  readonly versions: readonly [AvroRecord, ...AvroRecord[]];
  readonly example: unknown;
}

export function readCatalogue(): readonly CatalogueEntry[] {
  const entries: CatalogueEntry[] = [];
  for (const topic of folders('topics')) {
    for (const eventType of folders(`topics/${topic}`)) {
      entries.push(readEntry(topic, eventType));
    }
  }
  return entries;
}

export const currentVersion = ({ versions }: CatalogueEntry): AvroRecord =>
  versions[versions.length - 1] as AvroRecord;

function readEntry(topic: string, eventType: string): CatalogueEntry {
  const folder = `topics/${topic}/${eventType}`;
  const versions: AvroRecord[] = [];
  while (existsSync(inContracts(`${folder}/v${versions.length + 1}.avsc`))) {
    versions.push(readJson(`${folder}/v${versions.length + 1}.avsc`) as AvroRecord);
  }
  const [first, ...later] = versions;
  if (!first) throw new Error(`contracts/${folder} has no v1.avsc.`);
  return {
    topic,
    eventType,
    folder,
    versions: [first, ...later],
    example: readJson(`${folder}/example.json`),
  };
}

function folders(relative: string): string[] {
  return readdirSync(inContracts(relative), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}

function readJson(relative: string): unknown {
  const text = readFileSync(inContracts(relative), 'utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`contracts/${relative} is not JSON.`, { cause });
  }
}
