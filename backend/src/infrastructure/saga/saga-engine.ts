import type { EventEnvelope } from '@shop/contracts';
import type { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { decide, type SagaInput } from './decide';
import {
  eventTypeOf,
  type Refusal,
  remoteStep,
  type SagaDefinition,
  type SagaEvent,
  type SagaMessage,
  serviceStep,
  serviceSteps,
} from './saga-definition';
import type { SagaDefinitions } from './saga-definitions';
import { SagaLockedError, SagaNotFoundError } from './saga.errors';
import { evolve, type SagaFact, type SagaState, timerOf } from './saga-state';
import { type LockedSaga, SagaStore, sagaId } from './saga-store';

/** Runs in the transaction of each advance, so that what follows from a fact commits with it. */
export interface SagaListener<Context> {
  onAdvanced(advance: {
    readonly subject: string;
    readonly context: Context;
    readonly state: SagaState;
    readonly facts: readonly SagaFact[];
  }): Promise<void>;
}

const POSTPONED_AFTER_ERROR_MS = 10_000;

/** Moves sagas on: one transaction holds the saga's row, its history, its timer and the events it publishes. */
export class SagaEngine {
  private readonly store: SagaStore;
  private readonly advanced = new Set<(id: string) => void>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly publisher: EventPublisherService,
    private readonly definitions: SagaDefinitions,
  ) {
    this.store = new SagaStore(unitOfWork);
  }

  /**
   * Idempotent by type and subject: false when the saga exists already, whatever its state. Throws `SagaLockedError`
   * while a saga of another type has the subject's lock.
   */
  async start(type: string, subject: string, context: unknown, eventId: string | null): Promise<boolean> {
    const { definition } = this.definitions.latest(type);
    const { version, lock } = definition;
    const insert = async () => {
      const inserted = await this.store.insert({ type, version, subject, context, lock });
      if (inserted || (await this.store.exists(type, subject))) return inserted;
      throw new SagaLockedError(type, subject);
    };
    return (await this.advancing(insert, { kind: 'start' }, eventId)) !== 'absent';
  }

  /**
   * An answer for the subject's saga; of several types, for the one whose turn it is. An answer nobody waits for
   * changes nothing but the history. False: there is no saga.
   */
  async reply(
    types: string | readonly string[],
    subject: string,
    event: EventEnvelope<string, unknown>,
  ): Promise<boolean> {
    const outcome = await this.advancing(
      () =>
        typeof types === 'string' ? this.store.lock(types, subject) : this.store.lockCurrent(types, subject),
      (definition) => inputOf(definition, event),
      event.eventId,
    );
    return outcome !== 'absent';
  }

  /** Asks a running saga to compensate; false when there is none. Comes too late where only forward steps are left. */
  async cancel(type: string, subject: string, reason: Refusal, eventId: string | null): Promise<boolean> {
    const take = () => this.store.lock(type, subject);
    return (await this.advancing(take, { kind: 'cancel', reason }, eventId)) !== 'absent';
  }

  /** Asks again for what was refused to a saga that needs attention; false when it does not. */
  resume(type: string, subject: string): Promise<boolean> {
    return this.act(type, subject, { kind: 'resume' });
  }

  /** Asks now, and once more, for the step or undo that is waited for; false when nothing is. */
  retryStep(type: string, subject: string): Promise<boolean> {
    return this.act(type, subject, { kind: 'retry_step' });
  }

  /** Has a running saga compensate, whatever it waits for; false when it cannot: not running, or only going forward. */
  compensateNow(type: string, subject: string, reason: Refusal): Promise<boolean> {
    return this.act(type, subject, { kind: 'cancel', reason });
  }

  /** Ends a saga that needs attention: what was refused is settled by a person's word. False when it does not. */
  markResolved(type: string, subject: string, reason: Refusal): Promise<boolean> {
    return this.act(type, subject, { kind: 'resolve', reason });
  }

  /** Handles one timer that has come; false when none has or others hold those that have. */
  async expireOne(): Promise<boolean> {
    let due: LockedSaga | undefined;
    const lockDue = async () => {
      due = await this.store.lockDue();
      return due;
    };
    try {
      return (await this.advancing(lockDue, { kind: 'timer' }, null)) !== 'absent';
    } catch (error) {
      // One saga that cannot be moved must not hold up the deadlines of all others.
      const failed = due?.id;
      if (failed) await this.unitOfWork.run(() => this.store.postpone(failed, POSTPONED_AFTER_ERROR_MS));
      throw error;
    }
  }

  /** Called with the saga's id after each commit in this process. */
  onAdvanced(listener: (id: string) => void): () => void {
    this.advanced.add(listener);
    return () => this.advanced.delete(listener);
  }

  /** A person's act. Throws `SagaNotFoundError`; false when the saga's state does not allow it. */
  private async act(type: string, subject: string, input: SagaInput): Promise<boolean> {
    return (await this.advancing(() => this.lockedOrThrow(type, subject), input, null)) === 'moved';
  }

  private async advancing(
    take: () => Promise<LockedSaga | undefined>,
    input: SagaInput | ((definition: SagaDefinition<unknown>) => SagaInput | undefined),
    eventId: string | null,
  ): Promise<'absent' | 'ignored' | 'moved'> {
    const taken = await this.unitOfWork.run(async () => {
      const saga = await take();
      if (!saga) return undefined;
      const { definition } = this.definitions.of(saga.type, saga.version);
      const resolved = typeof input === 'function' ? input(definition) : input;
      const moved = resolved !== undefined && (await this.advance(saga, definition, resolved, eventId));
      return { id: saga.id, moved };
    });
    if (!taken) return 'absent';
    for (const listener of this.advanced) listener(taken.id);
    return taken.moved ? 'moved' : 'ignored';
  }

  private async advance(
    saga: LockedSaga,
    definition: SagaDefinition<unknown>,
    input: SagaInput,
    eventId: string | null,
  ): Promise<boolean> {
    const facts = decide({ definition, context: saga.context, now: saga.now }, saga.state, input);
    if (facts.every(({ kind }) => kind === 'ignored')) {
      await this.store.noteIgnored(saga, facts, eventId);
      return false;
    }
    const state = facts.reduce(evolve, saga.state);
    await this.store.save(saga, { facts, state, deadline: timerOf(state), eventId });
    const { listener } = this.definitions.of(saga.type, saga.version);
    await listener?.onAdvanced({ subject: saga.subject, context: saga.context, state, facts });
    for (const message of messagesOf(definition, saga.context, state, facts)) {
      if ('event' in message) await this.publisher.publish(message.event, message.data);
      else await this.publisher.publish(message.eventType, message.data as never);
    }
    return true;
  }

  private async lockedOrThrow(type: string, subject: string): Promise<LockedSaga> {
    const saga = await this.store.lock(type, subject);
    if (!saga) throw new SagaNotFoundError(sagaId(type, subject));
    return saga;
  }
}

function inputOf(
  definition: SagaDefinition<unknown>,
  event: EventEnvelope<string, unknown>,
): SagaInput | undefined {
  const isIt = (reply: SagaEvent | undefined) =>
    reply !== undefined && eventTypeOf(reply) === event.eventType;
  for (const step of serviceSteps(definition)) {
    const { name, replies } = step;
    const refused = step.kind === 'remote' ? step.replies.failed : step.replies.refused;
    if (isIt(replies.done)) return { kind: 'step_done', step: name };
    if (isIt(refused)) return { kind: 'step_failed', step: name, refusal: refusalOf(event) };
    if (step.kind !== 'remote') continue;
    const { undo } = step;
    if (isIt(undo.replies.done)) return { kind: 'undo_done', step: name };
    if (isIt(undo.replies.refused)) return { kind: 'undo_refused', step: name, refusal: refusalOf(event) };
  }
  return undefined;
}

function refusalOf({ eventType, data }: EventEnvelope<string, unknown>): Refusal {
  const { code, message, amountAtRisk } = data as Readonly<Record<string, unknown>>;
  return {
    code: typeof code === 'string' ? code : eventType.toUpperCase().replaceAll('.', '_'),
    message: typeof message === 'string' ? message : `Answered by ${eventType}.`,
    ...(typeof amountAtRisk === 'number' ? { amountAtRisk } : {}),
  };
}

function messagesOf(
  definition: SagaDefinition<unknown>,
  context: unknown,
  state: SagaState,
  facts: readonly SagaFact[],
): readonly SagaMessage[] {
  return facts.flatMap((fact) => {
    if (fact.kind === 'undo_requested' && state.reason) {
      return [remoteStep(definition, fact.step).undo.request(context, state.reason)];
    }
    if (fact.kind !== 'step_requested') return [];
    const step = serviceStep(definition, fact.step);
    if (step.kind === 'forward') return [step.request(context, fact.attempt)];
    return [step.request(context, fact.deadline ?? '', fact.attempt)];
  });
}
