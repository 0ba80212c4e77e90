import { bytesOf } from './avro-bytes.ts';
import { type CatalogueEntry, currentVersion, readCatalogue } from './catalogue.ts';
import { compatibilityFaults } from './compatibility.ts';
import { docsAreStale } from './docs.ts';
import { staleFiles } from './generate.ts';
import { goldenFaults } from './golden.ts';
import { topologyFaults } from './topology-faults.ts';

/** Everything that is wrong with the contracts; empty when all is well. */
export function check(): string[] {
  const entries = readCatalogue();
  const topology = topologyFaults(entries);
  if (topology.length > 0) return topology;
  return [
    ...entries.flatMap(exampleFaults),
    ...entries.flatMap(compatibilityFaults),
    ...entries.flatMap(goldenFaults),
    ...staleFiles(entries).map((path) => `${path} is stale; run npm run contracts -- generate`),
    ...(docsAreStale(entries) ? ['docs/topics.md is stale; run npm run contracts -- docs'] : []),
  ];
}

function exampleFaults(entry: CatalogueEntry): string[] {
  const encoded = bytesOf(currentVersion(entry), entry.example);
  if ('bytes' in encoded) return [];
  return encoded.faults.map(({ path, message }) => `${entry.folder}/example.json: ${path} ${message}`);
}
