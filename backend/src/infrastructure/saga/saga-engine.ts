import type { EventEnvelope, EventType } from '@shop/contracts';
import type { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { decide, type SagaInput } from './decide';
import {
  type Refusal,
  remoteStep,
  repliesOf,
  remoteSteps,
  type SagaDefinition,
  type SagaMessage,
} from './saga-definition';
import type { SagaDefinitions } from './saga-definitions';
import { SagaNotFoundError } from './saga.errors';
import { evolve, type SagaFact, type SagaState } from './saga-state';
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

  /** Idempotent by type and subject: false when the saga exists already, whatever its state. */
  async start(type: string, subject: string, context: unknown, eventId: string | null): Promise<boolean> {
    const { definition } = this.definitions.latest(type);
    return this.advancing(
      async () => {
        if (!(await this.store.insert({ type, version: definition.version, subject, context })))
          return undefined;
        return this.lockedOrThrow(type, subject);
      },
      { kind: 'start' },
      eventId,
    );
  }

  /** Event types that some step's answer may come as. */
  replyTypes(type: string): readonly EventType[] {
    return [
      ...new Set(
        this.definitions
          .versions(type)
          .flatMap(({ definition }) => remoteSteps(definition).flatMap(repliesOf)),
      ),
    ];
  }

  /** An answer for the subject's saga. An answer nobody waits for changes nothing but the history. */
  async reply(type: string, subject: string, event: EventEnvelope<string, unknown>): Promise<boolean> {
    return this.advancing(
      () => this.store.lock(type, subject),
      (definition) => inputOf(definition, event),
      event.eventId,
    );
  }

  /** Asks a running saga to compensate; false when there is none. */
  cancel(type: string, subject: string, reason: Refusal, eventId: string | null): Promise<boolean> {
    return this.advancing(() => this.store.lock(type, subject), { kind: 'cancel', reason }, eventId);
  }

  /** Asks again for what was refused to a saga that needs attention. */
  resume(type: string, subject: string): Promise<boolean> {
    return this.advancing(() => this.lockedOrThrow(type, subject), { kind: 'resume' }, null);
  }

  /** Handles one passed deadline; false when none has passed or others hold those that have. */
  async expireOne(): Promise<boolean> {
    let due: LockedSaga | undefined;
    const lockDue = async () => {
      due = await this.store.lockDue();
      return due;
    };
    try {
      return await this.advancing(lockDue, { kind: 'deadline' }, null);
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

  private async advancing(
    take: () => Promise<LockedSaga | undefined>,
    input: SagaInput | ((definition: SagaDefinition<unknown>) => SagaInput | undefined),
    eventId: string | null,
  ): Promise<boolean> {
    const id = await this.unitOfWork.run(async () => {
      const saga = await take();
      if (!saga) return undefined;
      const { definition } = this.definitions.of(saga.type, saga.version);
      const resolved = typeof input === 'function' ? input(definition) : input;
      if (resolved) await this.advance(saga, definition, resolved, eventId);
      return saga.id;
    });
    if (id) for (const listener of this.advanced) listener(id);
    return id !== undefined;
  }

  private async advance(
    saga: LockedSaga,
    definition: SagaDefinition<unknown>,
    input: SagaInput,
    eventId: string | null,
  ): Promise<void> {
    const facts = decide(definition, saga.context, saga.state, input);
    const state = facts.reduce(evolve, saga.state);
    const deadline = deadlineOf(definition, state, saga.now);
    const changed = facts.some(({ kind }) => kind !== 'ignored');
    if (!changed) {
      await this.store.noteIgnored(saga, facts, eventId);
      return;
    }
    await this.store.save(saga, { facts, state, deadline, eventId });
    const { listener } = this.definitions.of(saga.type, saga.version);
    await listener?.onAdvanced({ subject: saga.subject, context: saga.context, state, facts });
    for (const message of messagesOf(definition, saga.context, state, facts, deadline)) {
      await this.publisher.publish(message.eventType, message.data as never);
    }
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
  for (const { name: step, replies, undo } of remoteSteps(definition)) {
    if (event.eventType === replies.done) return { kind: 'step_done', step };
    if (event.eventType === replies.failed) return { kind: 'step_failed', step, refusal: refusalOf(event) };
    if (event.eventType === undo.replies.done) return { kind: 'undo_done', step };
    if (event.eventType === undo.replies.refused)
      return { kind: 'undo_refused', step, refusal: refusalOf(event) };
  }
  return undefined;
}

function refusalOf({ eventType, data }: EventEnvelope<string, unknown>): Refusal {
  const { code, message } = data as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : eventType.toUpperCase().replaceAll('.', '_'),
    message: typeof message === 'string' ? message : `Answered by ${eventType}.`,
  };
}

function deadlineOf(definition: SagaDefinition<unknown>, { waitingFor }: SagaState, now: Date): Date | null {
  if (!waitingFor) return null;
  const step = remoteStep(definition, waitingFor.step);
  if (waitingFor.direction === 'do') return new Date(now.getTime() + step.deadlineMs);
  const { firstMs, maxMs } = step.undo.repeat;
  return new Date(now.getTime() + Math.min(maxMs, firstMs * 2 ** (waitingFor.attempt - 1)));
}

function messagesOf(
  definition: SagaDefinition<unknown>,
  context: unknown,
  state: SagaState,
  facts: readonly SagaFact[],
  deadline: Date | null,
): readonly SagaMessage[] {
  return facts.flatMap((fact) => {
    if (fact.kind === 'step_requested' && deadline) {
      return [remoteStep(definition, fact.step).request(context, deadline.toISOString())];
    }
    if (fact.kind === 'undo_requested' && state.reason) {
      return [remoteStep(definition, fact.step).undo.request(context, state.reason)];
    }
    return [];
  });
}
