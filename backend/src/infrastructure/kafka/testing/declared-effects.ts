import { inspect, isDeepStrictEqual } from 'node:util';
import type { ScenarioReport } from './delivery-report';
import type { AnyHandlerUnderTest } from './handler-under-test';

/** What the handler declared and did not keep. */
export function faultsOf(under: AnyHandlerUnderTest, reports: readonly ScenarioReport[]): string[] {
  const external = under.options?.effects === 'external';
  return reports.flatMap((report) => [
    ...deadFaults(report, under.inAnyOrder ?? false),
    ...(external ? idempotencyFaults(report, under.data.length) : effectFaults(report, reports, under)),
  ]);
}

function deadFaults({ scenario, dead }: ScenarioReport, inAnyOrder: boolean): string[] {
  // A handler may refuse what comes too early; that is what lanes are for.
  if (dead === 0 || (scenario === 'out of order' && !inAnyOrder)) return [];
  return [`${scenario}: ${dead} events are dead.`];
}

function effectFaults(
  report: ScenarioReport,
  [once]: readonly ScenarioReport[],
  { inAnyOrder = false }: AnyHandlerUnderTest,
): string[] {
  if (report.scenario === 'out of order' && !inAnyOrder) return [];
  if (once === undefined || isDeepStrictEqual(report.effects, once.effects)) return [];
  return [`${report.scenario}: the effects are ${inspect(report.effects)}, once ${inspect(once.effects)}.`];
}

function idempotencyFaults({ scenario, runs }: ScenarioReport, events: number): string[] {
  const keysOf = new Map<string, Set<string>>();
  for (const { eventId, idempotencyKey } of runs) {
    keysOf.set(eventId, (keysOf.get(eventId) ?? new Set()).add(idempotencyKey));
  }
  const done = new Set(runs.filter(({ ended }) => ended === 'well').map(({ eventId }) => eventId));
  const several = [...keysOf.values()].filter((keys) => keys.size > 1).length;
  const distinct = new Set([...keysOf.values()].flatMap((keys) => [...keys])).size;
  return [
    ...(done.size < events ? [`${scenario}: ${events - done.size} events had no run that ended well.`] : []),
    ...(several > 0 ? [`${scenario}: ${several} events had several idempotency keys.`] : []),
    ...(distinct < keysOf.size ? [`${scenario}: events shared an idempotency key.`] : []),
  ];
}
