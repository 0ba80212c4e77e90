import { randomFrom } from './random.ts';

export interface WorkloadSettings {
  readonly count: number;
  readonly keys: number;
  readonly seed: number;
  /** Longest run of the handler, whole milliseconds from 0 on, evenly spread; default 0. */
  readonly longestMs?: number;
  /** The lowest key; default 0. Workloads on one topic have keys of their own. */
  readonly firstKey?: number;
}

/** Which key an event has, its place among the events of its key, how long its handler takes; by the event's index. */
export interface Workload extends WorkloadSettings {
  readonly keyOf: Int32Array;
  readonly placeOf: Int32Array;
  readonly durationOf: Int32Array;
}

/** Made from its settings alone, so that every process of a bench has the same one. */
export function workloadOf(settings: WorkloadSettings): Workload {
  const { count, keys, seed, longestMs = 0, firstKey = 0 } = settings;
  const random = randomFrom(seed);
  const places = new Int32Array(keys);
  const keyOf = new Int32Array(count);
  const placeOf = new Int32Array(count);
  const durationOf = new Int32Array(count);
  for (let index = 0; index < count; index += 1) {
    const key = Math.floor(random() * keys);
    keyOf[index] = firstKey + key;
    placeOf[index] = places[key] as number;
    places[key] = (places[key] as number) + 1;
    durationOf[index] = Math.floor(random() * (longestMs + 1));
  }
  return { ...settings, keyOf, placeOf, durationOf };
}

/** The time that the busiest key needs when nothing else takes any, in ms. */
export function longestLaneMs({ keyOf, durationOf }: Workload): number {
  const lanes = new Map<number, number>();
  for (const [index, key] of keyOf.entries()) {
    lanes.set(key, (lanes.get(key) ?? 0) + (durationOf[index] as number));
  }
  return Math.max(...lanes.values());
}
