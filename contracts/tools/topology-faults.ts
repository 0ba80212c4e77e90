import { eventTopology, topics } from '../src/topology.ts';
import type { EventTopology } from '../src/topology.types.ts';
import { avroType } from './avro-bytes.ts';
import { type CatalogueEntry, currentVersion } from './catalogue.ts';

/** Where the folders under topics/ and topology.ts differ. */
export function topologyFaults(entries: readonly CatalogueEntry[]): string[] {
  const topology: Readonly<Record<string, EventTopology>> = eventTopology;
  const found = new Set(entries.map(({ eventType }) => eventType));
  const missing = Object.keys(topology).filter((eventType) => !found.has(eventType));
  const unused = Object.keys(topics).filter((topic) => !entries.some((entry) => entry.topic === topic));
  return [
    ...missing.map((eventType) => `${eventType} has no folder under topics/`),
    ...unused.map((topic) => `${topic} has no event type`),
    ...entries.flatMap((entry) => entryFaults(entry, topology[entry.eventType])),
    ...sharedNames(entries),
  ];
}

function entryFaults(entry: CatalogueEntry, topology: EventTopology | undefined): string[] {
  const { eventType, topic } = entry;
  if (!topology) return [`${eventType} is not in topology.ts`];
  const faults: string[] = [];
  if (topology.topic !== topic) faults.push(`${eventType} lies in ${topic} and belongs to ${topology.topic}`);
  if (topology.producers.length === 0) faults.push(`${eventType} has no producer`);
  const key = currentVersion(entry).fields.find(({ name }) => name === topology.keyField);
  const isText = key?.type === 'string' || (Array.isArray(key?.type) && key.type.includes('string'));
  if (!isText) faults.push(`${eventType} has no text field ${topology.keyField} for its key`);
  try {
    for (const schema of entry.versions) avroType(schema);
  } catch (error) {
    faults.push(`${eventType} has a schema that is not Avro: ${(error as Error).message}`);
  }
  return faults;
}

/** A record's name tells the event type where a producer gives nothing else. */
function sharedNames(entries: readonly CatalogueEntry[]): string[] {
  const byName = Map.groupBy(entries, (entry) => {
    const { namespace, name } = currentVersion(entry);
    return `${namespace}.${name}`;
  });
  return [...byName].flatMap(([name, sharing]) =>
    sharing.length > 1
      ? [`${name} is the record of ${sharing.map(({ eventType }) => eventType).join(' and ')}`]
      : [],
  );
}
