import { randomUUIDv7 } from 'node:crypto';
import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import { type Logger, loggerOf } from '@/infrastructure/observability/logger';
import { OutsideCalls } from './outside-calls';
import { type OfferedReplay, offeredReplays } from './outside-resets';
import type { StoredReplay } from './replay';
import { assemble, type AssemblyParts, type ReplayAssembly, shadowOf } from './replay-assembly';
import { planPartitions } from './replay-bounds';
import {
  ReplayStateError,
  ReplayUnderWayError,
  UnknownReplayError,
  UnknownReplayHandlerError,
} from './replay.errors';
import { ReplayLock } from './replay-lock';
import { chooseHandlers, commonGroup, type ReplayRequest } from './replay-request';
import {
  endReplay,
  findReplay,
  insertReplay,
  interruptedReplays,
  listReplays,
  reopenReplay,
  requestCancel,
  troublesOf,
} from './replay-rows';
import { ReplayRun } from './replay-run';
import { type ReplayDetail, type ReplayView, toDetail, toView } from './replay-view';

export interface ReplaysOptions extends Omit<AssemblyParts, 'logger' | 'outside'> {
  readonly group: string;
  readonly handlers: () => readonly HandlerRegistration[];
  readonly topicOf: (eventType: string) => string;
  readonly logger?: Logger;
}

export interface ReplayAct {
  readonly kind: 'start' | 'cancel' | 'resume';
  readonly by: string;
  readonly replay: Pick<StoredReplay, 'id' | 'group' | 'mode' | 'topics' | 'handlers'>;
}

export type ReplayActListener = (act: ReplayAct) => Promise<void>;

const SHOWN_TROUBLES = 100;

interface Running {
  readonly run: ReplayRun;
  readonly ended: Promise<void>;
}

/** Replays of one application: ranges of the log through chosen handlers, beside its group and without touching it. */
export class Replays {
  private readonly running = new Map<string, Running>();
  private readonly listeners: ReplayActListener[] = [];
  private readonly logger: Logger;
  private readonly outside = new OutsideCalls();
  private stopping = false;
  private looked: Promise<void> | undefined;

  constructor(private readonly options: ReplaysOptions) {
    this.logger = options.logger ?? loggerOf('replay');
  }

  /** Told of each act in its transaction; what a listener rejects with undoes the act. */
  onAct(listener: ReplayActListener): void {
    this.listeners.push(listener);
  }

  /** Names of the handlers that take events of the topic. */
  handlersOn(topic: string): readonly string[] {
    return this.namesOn(topic, this.options.handlers());
  }

  /** Resolves when the replay is stored and runs. Rejects with what stands in replay.errors.ts; nothing is left then. */
  async begin(request: ReplayRequest, by: string): Promise<ReplayView> {
    const { handlers, topicOf, transport, database, unitOfWork } = this.options;
    const chosen = chooseHandlers(request, handlers(), topicOf);
    const group = commonGroup(this.options.group, chosen);
    const planned = await planPartitions(request, {
      admin: transport.admin,
      session: database,
      group,
      handlersOn: (topic) => this.namesOn(topic, chosen),
    });
    if (request.mode === 'rebuild') await shadowOf(database.schema, '', chosen).inOrder(database);
    const id = randomUUIDv7();
    const replay = {
      id,
      group,
      mode: request.mode,
      topics: request.topics,
      handlers: [...new Set(chosen.map(({ name }) => name))],
      rate: request.rate ?? null,
      startedBy: by,
      ...planned,
    };
    const lock = await this.lock(id);
    await this.orRelease(lock, () =>
      unitOfWork.run(async (session) => {
        await insertReplay(session, replay);
        await this.tell({ kind: 'start', by, replay });
      }),
    );
    return toView(await this.launch(id, lock));
  }

  /** Newest first; `before`: the last id of the page before. */
  async list(limit: number, before?: string): Promise<readonly ReplayView[]> {
    const { database } = this.options;
    return (await listReplays(database, database.schema, { limit, before })).map(toView);
  }

  /** Undefined for an id that is not here. */
  async find(id: string): Promise<ReplayDetail | undefined> {
    const { database } = this.options;
    const replay = await findReplay(database, database.schema, id);
    return replay && toDetail(replay, await troublesOf(database, id, SHOWN_TROUBLES));
  }

  offered(): Promise<readonly OfferedReplay[]> {
    return offeredReplays(this.options.database, (topic) => this.handlersOn(topic));
  }

  /** What it has done stays done, except for a rebuild's new rows. Ends after the page in work, wherever that runs. */
  async cancel(id: string, by: string): Promise<ReplayDetail> {
    const replay = await this.existing(id);
    if (replay.state === 'incomplete') return this.drop(replay, by);
    if (replay.state !== 'running' && replay.state !== 'interrupted') {
      throw new ReplayStateError(`Replay ${id} is ${replay.state}: there is nothing to cancel.`);
    }
    await this.options.unitOfWork.run(async (session) => {
      await requestCancel(session, id);
      await this.tell({ kind: 'cancel', by, replay });
    });
    this.running.get(id)?.run.cancel();
    if (replay.state === 'interrupted') await this.endInterrupted(replay);
    return this.detail(id);
  }

  /** Goes on where it stopped; what failed is tried again. */
  async resume(id: string, by: string): Promise<ReplayView> {
    const replay = await this.existing(id);
    if (replay.state !== 'interrupted' && replay.state !== 'incomplete') {
      throw new ReplayStateError(`Replay ${id} is ${replay.state}: only an unfinished one can be resumed.`);
    }
    this.registrationsOf(replay);
    const lock = await this.lock(id);
    await this.orRelease(lock, () =>
      this.options.unitOfWork.run(async (session) => {
        await reopenReplay(session, id);
        await this.tell({ kind: 'resume', by, replay });
      }),
    );
    return toView(await this.launch(id, lock));
  }

  /** Says which replays of ended processes wait to be resumed. */
  start(): void {
    const { database } = this.options;
    this.looked = interruptedReplays(database, database.schema).then(
      (ids) => {
        if (ids.length > 0)
          this.logger.warn({ replays: ids }, 'replays were interrupted; resume or cancel them');
      },
      (error: unknown) => this.logger.warn({ err: error }, 'interrupted replays could not be looked for'),
    );
  }

  /** Interrupts what runs here; it can be resumed. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const { run } of this.running.values()) run.interrupt();
    await Promise.all([this.looked, ...[...this.running.values()].map(({ ended }) => ended)]);
  }

  private namesOn(topic: string, handlers: readonly HandlerRegistration[]): readonly string[] {
    const takes = (type: string) => this.options.topicOf(type) === topic;
    const names = handlers.filter(({ eventTypes }) => eventTypes.some(takes)).map(({ name }) => name);
    return [...new Set(names)];
  }

  private async launch(id: string, lock: ReplayLock): Promise<StoredReplay> {
    let assembly: ReplayAssembly | undefined;
    try {
      const replay = await this.existing(id);
      const assembled = this.assemble(replay);
      assembly = assembled;
      const run = new ReplayRun(assembled.parts);
      const ended = run.run().finally(async () => {
        this.running.delete(id);
        await lock.release();
        await assembled.close();
      });
      this.running.set(id, { run, ended });
      if (this.stopping || lock.isLost) run.interrupt();
      return replay;
    } catch (error) {
      await lock.release();
      await assembly?.close();
      throw error;
    }
  }

  private assemble(replay: StoredReplay): ReplayAssembly {
    const { logger, outside } = this;
    return assemble(replay, this.registrationsOf(replay), { ...this.options, logger, outside });
  }

  /** Nobody runs it, so what it leaves behind is cleared away here. */
  private async endInterrupted(replay: StoredReplay): Promise<void> {
    const lock = await this.lock(replay.id);
    const { parts, close } = this.assemble(replay);
    try {
      await parts.effect.discard();
      await endReplay(parts.database, replay, 'cancelled', replay.counts);
    } finally {
      await lock.release();
      await close();
    }
  }

  private async drop(replay: StoredReplay, by: string): Promise<ReplayDetail> {
    await this.options.unitOfWork.run(async (session) => {
      await reopenReplay(session, replay.id);
      await this.tell({ kind: 'cancel', by, replay });
    });
    await this.endInterrupted(await this.existing(replay.id));
    return this.detail(replay.id);
  }

  /** Rejects where one of the replay's handlers is not registered any more. */
  private registrationsOf({ topics, handlers, group }: StoredReplay): readonly HandlerRegistration[] {
    const { topicOf } = this.options;
    const found = this.options
      .handlers()
      .filter(
        ({ name, eventTypes }) =>
          handlers.includes(name) && eventTypes.some((type) => topics.includes(topicOf(type))),
      );
    const gone = handlers.find((name) => !found.some((handler) => handler.name === name));
    if (gone !== undefined) {
      throw new UnknownReplayHandlerError(`Handler '${gone}' of ${group} is not registered any more.`);
    }
    return found;
  }

  private async lock(id: string): Promise<ReplayLock> {
    const { url, database } = this.options;
    const lock = await ReplayLock.take(url, database.schema, id, () => this.running.get(id)?.run.interrupt());
    if (!lock) throw new ReplayUnderWayError(`Replay ${id} is run by another process.`);
    return lock;
  }

  private async orRelease(lock: ReplayLock, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  private async existing(id: string): Promise<StoredReplay> {
    const { database } = this.options;
    const replay = await findReplay(database, database.schema, id);
    if (!replay) throw new UnknownReplayError(id);
    return replay;
  }

  private async detail(id: string): Promise<ReplayDetail> {
    return toDetail(await this.existing(id), await troublesOf(this.options.database, id, SHOWN_TROUBLES));
  }

  private async tell(act: ReplayAct): Promise<void> {
    for (const listener of this.listeners) await listener(act);
  }
}
