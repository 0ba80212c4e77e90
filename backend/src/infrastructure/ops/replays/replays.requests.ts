import { z } from 'zod';
import { pageQuery } from '@/infrastructure/http/page';
import { idText, timeText } from '@/infrastructure/http/validation';
import { replayModes } from '@/infrastructure/kafka/replay/replay';
import type { RangeEnd, ReplayRequest } from '@/infrastructure/kafka/replay/replay-request';
import { scopeQuery } from '../ops-peers';

const offset = z.int().min(0);

/** An offset, or a time as ISO 8601 or milliseconds since 1970. */
const rangeEnd = z.union([
  z.strictObject({ offset }),
  z.strictObject({ time: z.union([z.int().min(0), timeText]) }),
]);

export const replayBody = z.strictObject({
  topic: z.union([idText, z.array(idText).min(1).max(100)]),
  handlers: z.array(idText).min(1).max(100),
  mode: z.enum(replayModes),
  from: rangeEnd.optional(),
  /** Exclusive. */
  to: rangeEnd.optional(),
  partitions: z.array(z.int().min(0)).min(1).max(1_000).optional(),
  /** Events per second at most. */
  rate: z.int().min(1).max(1_000_000).optional(),
  /** Needed only where handlers of the same names are in several groups. */
  group: idText.optional(),
});

export type ReplayBody = z.output<typeof replayBody>;

export const replayListQuery = z.strictObject({ ...pageQuery({ limit: 50, max: 200 }), ...scopeQuery });
export const replayScope = z.object(scopeQuery);
export const replayParams = z.object({ id: z.uuid() });

export function toRequest({ topic, handlers, mode, from, to, partitions, rate }: ReplayBody): ReplayRequest {
  return {
    topics: [...new Set(typeof topic === 'string' ? [topic] : topic)],
    handlers: [...new Set(handlers)],
    mode,
    ...(from === undefined ? {} : { from: toRangeEnd(from) }),
    ...(to === undefined ? {} : { to: toRangeEnd(to) }),
    ...(partitions === undefined ? {} : { partitions: [...new Set(partitions)] }),
    ...(rate === undefined ? {} : { rate }),
  };
}

// Kafka takes times below 0 for places of its own: -1 is the end of the log.
const toRangeEnd = (end: z.output<typeof rangeEnd>): RangeEnd =>
  'offset' in end
    ? { offset: BigInt(end.offset) }
    : { time: typeof end.time === 'number' ? end.time : Math.max(0, Date.parse(end.time)) };
