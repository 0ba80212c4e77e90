import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Measured } from '../harness/side.ts';
import { Witness } from '../workload/witness.ts';
import { type WorkloadSettings, workloadOf } from '../workload/workload.ts';

export interface BareLanesParams {
  readonly workload: WorkloadSettings;
  readonly handlerMs?: number;
  /** Lanes with a run under way. */
  readonly concurrency: number;
}

/** Control: the same waits in order per key, in one process with nothing around them: no log, no database. */
export async function run({
  workload: settings,
  handlerMs,
  concurrency,
}: BareLanesParams): Promise<Measured> {
  const workload = workloadOf(settings);
  const witness = new Witness(workload);
  const lanes: number[][] = Array.from({ length: workload.keys }, () => []);
  for (const [index, key] of workload.keyOf.entries()) lanes[key]?.push(index);
  // The longest first, as an ideal plan would.
  const waiting = lanes.filter((lane) => lane.length > 0).toSorted((a, b) => a.length - b.length);
  const worker = async (): Promise<void> => {
    for (let lane = waiting.pop(); lane; lane = waiting.pop()) {
      for (const index of lane) {
        witness.started(index);
        const ms = handlerMs ?? (workload.durationOf[index] as number);
        if (ms > 0) await delay(ms);
        witness.ended(index);
      }
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const ms = performance.now() - start;
  return { ms, perSecond: (workload.count / ms) * 1_000, events: witness.finished };
}
