import { type CatalogueEntry, readCatalogue } from './catalogue.ts';
import { goldenFaults } from './golden.ts';
import { type SchemaLine, schemaLines } from './schema-lines.ts';

/** What changed from version to version, and from the recorded bytes to now. */
export function diff(): string[] {
  return readCatalogue().flatMap((entry) => [...versionChanges(entry), ...goldenFaults(entry)]);
}

function versionChanges({ eventType, versions }: CatalogueEntry): string[] {
  return versions.slice(1).flatMap((schema, at) => {
    const before = linesByPath(schemaLines(versions[at] ?? schema));
    const after = linesByPath(schemaLines(schema));
    const removed = [...before].filter(([path]) => !after.has(path)).map(([, text]) => `- ${text}`);
    const added = [...after].filter(([path]) => !before.has(path)).map(([, text]) => `+ ${text}`);
    const changed = [...after].flatMap(([path, text]) => {
      const old = before.get(path);
      return old === undefined || old === text ? [] : [`- ${old}`, `+ ${text}`];
    });
    return [
      `${eventType} v${at + 1} -> v${at + 2}`,
      ...[...removed, ...added, ...changed].map((line) => `  ${line}`),
    ];
  });
}

function linesByPath(lines: readonly SchemaLine[]): Map<string, string> {
  return new Map(
    lines.map(({ path, type, optional }) => [path, `${path}: ${type}${optional ? ' (optional)' : ''}`]),
  );
}
