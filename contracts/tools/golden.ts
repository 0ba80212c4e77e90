import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { avroType, bytesOf } from './avro-bytes.ts';
import { type CatalogueEntry, currentVersion, inContracts } from './catalogue.ts';

export const goldenPath = (eventType: string, version: number): string =>
  `golden/${eventType}/v${version}.hex`;

/** Records the bytes of versions that have none yet. What is recorded is never written again. */
export function recordMissing(entries: readonly CatalogueEntry[]): string[] {
  const added: string[] = [];
  for (const entry of entries) {
    const path = goldenPath(entry.eventType, entry.versions.length);
    const encoded = bytesOf(currentVersion(entry), entry.example);
    if (existsSync(inContracts(path)) || 'faults' in encoded) continue;
    mkdirSync(dirname(inContracts(path)), { recursive: true });
    writeFileSync(inContracts(path), `${encoded.bytes.toString('hex')}\n`, { flag: 'wx' });
    added.push(path);
  }
  return added;
}

/** What is wrong with an entry's recorded bytes: missing, changed, or no longer readable by today's schema. */
export function goldenFaults(entry: CatalogueEntry): string[] {
  return entry.versions.flatMap((schema, at) => {
    const path = goldenPath(entry.eventType, at + 1);
    if (!existsSync(inContracts(path))) return [`${path} is missing`];
    const recorded = Buffer.from(readFileSync(inContracts(path), 'utf8').trim(), 'hex');
    const faults = readFault(entry, schema, recorded, path);
    if (at + 1 < entry.versions.length) return faults;
    const encoded = bytesOf(schema, entry.example);
    const same = 'bytes' in encoded && encoded.bytes.equals(recorded);
    return same ? faults : [...faults, `${path} is not what example.json encodes to by v${at + 1}.avsc`];
  });
}

function readFault(
  entry: CatalogueEntry,
  schema: CatalogueEntry['versions'][0],
  bytes: Buffer,
  path: string,
): string[] {
  try {
    const reader = avroType(currentVersion(entry));
    reader.fromBuffer(bytes, reader.createResolver(avroType(schema)));
    return [];
  } catch (error) {
    return [`${path} cannot be read by the newest version: ${(error as Error).message}`];
  }
}
