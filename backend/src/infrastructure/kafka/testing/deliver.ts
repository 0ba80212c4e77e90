import {
  type EventData,
  type EventDefinition,
  type EventEnvelope,
  type EventType,
  type ShopEvent,
  topicOf,
} from '@shop/contracts';
import type { EventHandler } from '@/infrastructure/kafka/consumer/handler';
import { faultsOf } from './declared-effects';
import { type DeliveryReport, type Scenario, type ScenarioReport, scenarios } from './delivery-report';
import type { AnyHandlerUnderTest, HandlerParts, HandlerUnderTest } from './handler-under-test';
import { harnessDatabase } from './harness-database';
import { ScenarioRun } from './scenario-run';
import { HandlerNotTestableError } from './testing.errors';

const DEFAULT_WITHIN_MS = 20_000;

/**
 * Runs a handler by the real engine against crafted deliveries, and checks what it declares by `effects`.
 * `transaction`: after each of them the effects are those of one delivery. `external`: every event had at least one
 * run that ended well, and all runs of an event had the same idempotency key, which no other event had. Rejects with
 * `HandlerNotTestableError` when a delivery could not be brought about or nothing says what the effects are, `OutcomeNotSeenError` when it took too long.
 */
export function deliver<Type extends string, Data>(
  handler: (parts: HandlerParts) => EventHandler<EventEnvelope<Type, Data>>,
  under: HandlerUnderTest<EventDefinition<Type, Data>, Data>,
): Promise<DeliveryReport>;
export function deliver<Type extends EventType>(
  handler: (parts: HandlerParts) => EventHandler<ShopEvent<Type>>,
  under: HandlerUnderTest<Type, EventData<Type>>,
): Promise<DeliveryReport>;
export async function deliver(
  handler: (parts: HandlerParts) => unknown,
  given: unknown,
): Promise<DeliveryReport> {
  const under = given as Omit<AnyHandlerUnderTest, 'handler' | 'topic'>;
  const { event, options, effects } = under;
  if (options?.effects !== 'external' && effects === undefined)
    throw new HandlerNotTestableError(
      "Without 'effects' nothing can be compared: say how they are read, or options.effects: 'external'.",
    );
  const topic = typeof event === 'string' ? topicOf(event as EventType) : event.topic;
  const any: AnyHandlerUnderTest = { ...under, topic, handler: handler as AnyHandlerUnderTest['handler'] };
  const wanted = under.scenarios ?? scenarios;
  const reports: ScenarioReport[] = [];
  for (const scenario of scenarios.filter((one) => one === 'once' || wanted.includes(one))) {
    reports.push(await runScenario(scenario, any));
  }
  return { scenarios: reports, faults: faultsOf(any, reports) };
}

async function runScenario(scenario: Scenario, under: AnyHandlerUnderTest): Promise<ScenarioReport> {
  const database = await harnessDatabase(under.databaseUrl);
  try {
    return await new ScenarioRun(scenario, under, database).report(under.withinMs ?? DEFAULT_WITHIN_MS);
  } finally {
    await database.drop();
  }
}
