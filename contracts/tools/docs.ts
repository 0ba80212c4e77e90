import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { eventTopology, topics } from '../src/topology.ts';
import type { EventTopology, TopicDefinition } from '../src/topology.types.ts';
import { type CatalogueEntry, currentVersion, inRepository, readCatalogue } from './catalogue.ts';
import { schemaLines } from './schema-lines.ts';

const PATH = 'docs/topics.md';
const DAY_MS = 86_400_000;

export function writeDocs(): string {
  writeFileSync(inRepository(PATH), topicsPage(readCatalogue()));
  return PATH;
}

export function docsAreStale(entries: readonly CatalogueEntry[]): boolean {
  const path = inRepository(PATH);
  return !existsSync(path) || readFileSync(path, 'utf8') !== topicsPage(entries);
}

function topicsPage(entries: readonly CatalogueEntry[]): string {
  const definitions: readonly TopicDefinition[] = Object.values(topics);
  const blocks = [
    '# Topics and events',
    'Made by `npm run contracts -- docs` from `contracts/`; do not edit.',
    `${definitions.length} topics, ${entries.length} event types. Replication factor 3, \`min.insync.replicas\` 2, cleanup by deletion. Each topic has a \`<topic>.dlq\` for copies of its dead letters: as many partitions, 30 days. The value is Avro with its schema in \`contracts/topics/<topic>/<event type>/\`; in code, decimals are numbers, times are ISO 8601 strings, and an optional field that is not there is absent. The audit service reads every topic.`,
    table(
      ['topic', 'key', 'partitions', 'retention', 'latency class', 'purpose'],
      definitions.map(({ topic, keyedBy, partitions, retentionMs, latencyClass, purpose }) => [
        `[${topic}](#${topic})`,
        keyedBy,
        String(partitions),
        `${retentionMs / DAY_MS} days`,
        latencyClass,
        purpose,
      ]),
    ),
    ...definitions.flatMap(({ topic }) => topicBlocks(topic, entries)),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function topicBlocks(topic: string, entries: readonly CatalogueEntry[]): string[] {
  const topology: Readonly<Record<string, EventTopology>> = eventTopology;
  const byType = new Map(entries.map((entry) => [entry.eventType, entry]));
  const ofTopic = Object.entries(topology).filter(([, event]) => event.topic === topic);
  return [
    `## ${topic}`,
    ...ofTopic.flatMap(([eventType, event]) => {
      const entry = byType.get(eventType);
      return entry ? eventBlocks(entry, event) : [];
    }),
  ];
}

function eventBlocks(
  entry: CatalogueEntry,
  { producers, consumers, status, keyField }: EventTopology,
): string[] {
  const schema = currentVersion(entry);
  const readers = consumers.filter((service) => service !== 'audit');
  const facts = [
    `from ${producers.join(', ')}`,
    readers.length > 0 ? `to ${readers.join(', ')}` : 'to the audit trail',
    `key \`${keyField}\``,
    `version ${entry.versions.length}`,
    ...(status === 'declared' ? ['declared: not published yet'] : []),
  ];
  return [
    `### ${entry.eventType}`,
    `${schema.doc ?? ''} *${facts.join('; ')}.*`,
    table(
      ['field', 'type', 'note'],
      schemaLines(schema).map(({ path, type, optional, doc }) => [
        `\`${path}\``,
        type,
        [optional ? 'Optional.' : '', doc].filter(Boolean).join(' '),
      ]),
    ),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
