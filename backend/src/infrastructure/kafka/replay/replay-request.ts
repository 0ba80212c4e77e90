import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { ReplayMode } from './replay';
import {
  AmbiguousReplayHandlersError,
  EffectsUndeclaredError,
  NotRebuildableError,
  ReplayRangeError,
  UnknownReplayHandlerError,
} from './replay.errors';

/** An offset, or the first record of a time (ms since 1970) or later. */
export type RangeEnd = { readonly offset: bigint } | { readonly time: number };

export interface ReplayRequest {
  readonly topics: readonly string[];
  readonly handlers: readonly string[];
  readonly mode: ReplayMode;
  readonly from?: RangeEnd;
  /** Exclusive. */
  readonly to?: RangeEnd;
  /** Default: all. */
  readonly partitions?: readonly number[];
  /** Events per second at most. */
  readonly rate?: number;
}

export const groupOf = (serviceGroup: string, { name, options }: HandlerRegistration): string =>
  options.independent ? `${serviceGroup}.${name}` : serviceGroup;

/** The handlers a request names, in the order of registration. Throws a coded error that says which one is in the way. */
export function chooseHandlers(
  request: ReplayRequest,
  registered: readonly HandlerRegistration[],
  topicOf: (eventType: string) => string,
): readonly HandlerRegistration[] {
  const topicsOf = ({ eventTypes }: HandlerRegistration) => new Set(eventTypes.map(topicOf));
  const onTopics = registered.filter((handler) =>
    request.topics.some((topic) => topicsOf(handler).has(topic)),
  );
  const unknown = request.handlers.find((name) => !onTopics.some((handler) => handler.name === name));
  if (unknown !== undefined) {
    const known = [...new Set(onTopics.map(({ name }) => name))].join(', ') || 'none';
    throw new UnknownReplayHandlerError(
      `No handler '${unknown}' takes events of ${request.topics.join(', ')}. Those that do: ${known}.`,
    );
  }
  const chosen = onTopics.filter(({ name }) => request.handlers.includes(name));
  if (request.mode !== 'fill') for (const handler of chosen) refuseUndeclared(handler, request.mode);
  if (request.mode === 'rebuild') {
    for (const handler of chosen) refuseNotRebuildable(handler, registered, request.handlers);
    refusePartial(request, new Set(chosen.flatMap((handler) => [...topicsOf(handler)])));
  }
  return chosen;
}

/** Throws where the handlers are of more than one group: each has an inbox and a progress of its own. */
export function commonGroup(serviceGroup: string, handlers: readonly HandlerRegistration[]): string {
  const groups = new Set(handlers.map((handler) => groupOf(serviceGroup, handler)));
  const [group] = groups;
  if (group === undefined || groups.size > 1) {
    throw new AmbiguousReplayHandlersError(
      `The handlers are of different groups (${[...groups].join(', ')}): start a replay for each.`,
    );
  }
  return group;
}

function refuseUndeclared({ name, options }: HandlerRegistration, mode: ReplayMode): void {
  if (!options.effectsDeclared) {
    throw new EffectsUndeclaredError(
      `'${name}' does not declare its effects: register it with effects: 'transaction' if all of them are SQL.`,
    );
  }
  if (options.effects !== 'transaction') {
    throw new EffectsUndeclaredError(
      `'${name}' has effects outside of SQL, which a ${mode} replay could not keep apart.`,
    );
  }
}

function refuseNotRebuildable(
  { name, options }: HandlerRegistration,
  registered: readonly HandlerRegistration[],
  chosen: readonly string[],
): void {
  if (!options.reset) throw new NotRebuildableError(`'${name}' has no 'reset'.`);
  const tables = options.rebuilds ?? [];
  if (tables.length === 0)
    throw new NotRebuildableError(`'${name}' names no tables that it writes to ('rebuilds').`);
  for (const other of registered) {
    const shared = other.options.rebuilds?.find((table) => tables.includes(table));
    if (shared !== undefined && !chosen.includes(other.name)) {
      throw new NotRebuildableError(
        `'${other.name}' writes to '${shared}' as well: rebuild it together with '${name}'.`,
      );
    }
  }
}

/** New rows hold only what the replay has seen. */
function refusePartial({ topics, partitions }: ReplayRequest, needed: ReadonlySet<string>): void {
  if (partitions !== undefined) throw new ReplayRangeError('A rebuild is of all partitions.');
  const absent = [...needed].filter((topic) => !topics.includes(topic));
  if (absent.length > 0) {
    throw new ReplayRangeError(
      `The handlers take events of ${absent.join(', ')} too: a rebuild needs those topics as well.`,
    );
  }
}
