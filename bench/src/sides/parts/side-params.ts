import type { Parts } from '../../harness/environment.ts';
import type { WorkloadSettings } from '../../workload/workload.ts';

/** What every side is told. */
export interface SideParams {
  readonly parts: Parts;
  readonly topic: string;
  readonly partitions: number;
  readonly group: string;
  readonly workload: WorkloadSettings;
}

/** Of a side that stores: a schema of its own in the database. */
export interface StoringParams extends SideParams {
  readonly schema: string;
}
