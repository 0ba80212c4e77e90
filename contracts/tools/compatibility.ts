import { avroType } from './avro-bytes.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { type SchemaLine, schemaLines } from './schema-lines.ts';

/** FULL_TRANSITIVE: every version reads what every other one wrote. */
export function compatibilityFaults({ eventType, versions }: CatalogueEntry): string[] {
  return versions.flatMap((reader, readerAt) =>
    versions.flatMap((writer, writerAt) => {
      if (readerAt === writerAt) return [];
      const pair = `${eventType}: v${readerAt + 1} cannot read v${writerAt + 1}`;
      try {
        avroType(reader).createResolver(avroType(writer));
      } catch (error) {
        return [`${pair}: ${(error as Error).message}`];
      }
      const [changed] = changedTypes(schemaLines(writer), schemaLines(reader));
      return changed ? [`${pair}: ${changed} has another type`] : [];
    }),
  );
}

/** Avro resolves by the plain types; a decimal of another scale would be read as another number. */
function changedTypes(written: readonly SchemaLine[], read: readonly SchemaLine[]): string[] {
  const typeOf = new Map(written.map((line) => [line.path, line.type]));
  return read
    .filter(({ path, type }) => {
      const before = typeOf.get(path);
      return before !== undefined && before !== type && !WIDER[before]?.includes(type);
    })
    .map(({ path }) => path);
}

const WIDER: Readonly<Record<string, readonly string[]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
};
