import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type CatalogueEntry, currentVersion, inContracts, readCatalogue } from './catalogue.ts';
import { dataName, eventName, typesOf } from './generate-types.ts';

const FOLDER = 'src/generated';
const HEAD = '// Made by `npm run contracts -- generate` from topics/; do not edit.\n\n';

export type Files = ReadonlyMap<string, string>;

/** Every generated file with its text, by its path inside contracts/. */
export function generatedFiles(entries: readonly CatalogueEntry[]): Files {
  const files = new Map<string, string>();
  for (const [topic, ofTopic] of byTopic(entries)) {
    files.set(`${FOLDER}/types/${topic}.ts`, HEAD + typesOf(ofTopic));
    files.set(`${FOLDER}/schemas/${topic}.ts`, HEAD + schemasOf(ofTopic));
  }
  files.set(`${FOLDER}/event-data.ts`, HEAD + eventData(entries));
  files.set(`${FOLDER}/events.ts`, HEAD + events(entries));
  files.set(`${FOLDER}/event-schemas.ts`, HEAD + eventSchemas(entries));
  return files;
}

export function generate(): number {
  const files = generatedFiles(readCatalogue());
  rmSync(inContracts(FOLDER), { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(inContracts(path)), { recursive: true });
    writeFileSync(inContracts(path), text);
  }
  return files.size;
}

/** Paths whose text on disk is not what `generate` would write, files that should not be there included. */
export function staleFiles(entries: readonly CatalogueEntry[]): string[] {
  const files = generatedFiles(entries);
  const onDisk = readdirSync(inContracts(FOLDER), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(inContracts('').length));
  const unexpected = onDisk.filter((path) => !files.has(path));
  const changed = [...files].filter(([path, text]) => !onDisk.includes(path) || readText(path) !== text);
  return [...unexpected, ...changed.map(([path]) => path)];
}

const readText = (path: string): string => readFileSync(inContracts(path), 'utf8');

function byTopic(entries: readonly CatalogueEntry[]): Map<string, CatalogueEntry[]> {
  return Map.groupBy(entries, (entry) => entry.topic);
}

const constantName = (entry: CatalogueEntry, version: number): string => {
  const { name } = currentVersion(entry);
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}V${version}`;
};

function schemasOf(entries: readonly CatalogueEntry[]): string {
  const constants = entries.flatMap((entry) =>
    entry.versions.map(
      (schema, at) =>
        `export const ${constantName(entry, at + 1)}: AvroRecord = ${JSON.stringify(schema, null, 2)};\n`,
    ),
  );
  return `import type { AvroRecord } from '../../avro/avro-schema.ts';\n\n${constants.join('\n')}`;
}

function eventData(entries: readonly CatalogueEntry[]): string {
  const imports = [...byTopic(entries)].map(([topic, ofTopic]) => {
    const names = ofTopic.map((entry) => `  ${dataName(currentVersion(entry))},\n`).join('');
    return `import type {\n${names}} from './types/${topic}.ts';\n`;
  });
  const exports = [...byTopic(entries).keys()].map((topic) => `export type * from './types/${topic}.ts';\n`);
  const members = entries.map(
    (entry) => `  readonly '${entry.eventType}': ${dataName(currentVersion(entry))};\n`,
  );
  return `${imports.join('')}\n${exports.join('')}\nexport interface EventDataByType {\n${members.join('')}}\n`;
}

function events(entries: readonly CatalogueEntry[]): string {
  const types = entries.map(
    (entry) => `export type ${eventName(currentVersion(entry))} = ShopEvent<'${entry.eventType}'>;\n`,
  );
  return `import type { ShopEvent } from '../event-types.ts';\n\n${types.join('')}`;
}

function eventSchemas(entries: readonly CatalogueEntry[]): string {
  const imports = [...byTopic(entries)].map(([topic, ofTopic]) => {
    const names = ofTopic.flatMap((entry) =>
      entry.versions.map((_, at) => `  ${constantName(entry, at + 1)},\n`),
    );
    return `import {\n${names.join('')}} from './schemas/${topic}.ts';\n`;
  });
  const members = entries.map((entry) => {
    const names = entry.versions.map((_, at) => constantName(entry, at + 1));
    return `  '${entry.eventType}': [${names.join(', ')}],\n`;
  });
  return [
    "import type { AvroRecord } from '../avro/avro-schema.ts';\n",
    "import type { EventDataByType } from './event-data.ts';\n",
    ...imports,
    '\n/** Oldest version first. */\n',
    'export const eventSchemas: Readonly<Record<keyof EventDataByType, readonly [AvroRecord, ...AvroRecord[]]>> = {\n',
    ...members,
    '};\n',
  ].join('');
}
