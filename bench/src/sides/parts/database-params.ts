import type { Parts } from '../../harness/environment.ts';

/** Of a side that has a database of its own, empty at the start. */
export interface DatabaseParams {
  readonly parts: Parts;
  readonly databaseUrl: string;
}
