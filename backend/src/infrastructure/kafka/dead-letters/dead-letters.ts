import type { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import type { EventRegistry } from '@/infrastructure/kafka/schema/event-registry';
import { type Logger, loggerOf } from '@/infrastructure/observability/logger';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { SqlSession } from '@/infrastructure/postgres/sql';
import type { BulkJob, BulkJobAct, BulkPreview, BulkRequest, Selection } from './bulk/bulk-job';
import { cancelJob, createJob, findJobs, previewJob } from './bulk/bulk-jobs';
import { BulkRunner, type BulkRunnerOptions } from './bulk/bulk-runner';
import { DeadLetterDecidedError, DeadLetterNotFoundError } from './dead-letters.errors';
import { type Edit, type EditedValue, editLetter } from './edit/edit-letter';
import type { Letter, LetterDetail, LetterGroup } from './letter';
import { LetterActs, type LetterAct, type LetterDecision } from './letter-acts';
import { decodeLetter } from './letter-decoding';
import type { LetterFilter } from './letter-filter';
import {
  followersOf,
  hasLetter,
  letterById,
  letterGroups,
  type LetterPosition,
  lettersAfter,
} from './letter-queries';
import { recordOf, type StoredLetter, toLetter } from './stored-letter';

export interface DeadLettersOptions extends Pick<BulkRunnerOptions, 'leaseMs' | 'lookMs'> {
  readonly database: SqlSession;
  readonly unitOfWork: UnitOfWork;
  readonly codec: EventCodec;
  readonly registry: EventRegistry;
  readonly logger?: Logger;
}

export type DecisionListener = (decision: LetterDecision) => Promise<void>;
export type BulkActListener = (act: BulkJobAct) => Promise<void>;

/**
 * The dead letters of one application: what is dead, why, and what is done about it. An act changes rows; the owner of
 * the letter's partition carries it out, in the order of its key, within a quarter of a second.
 */
export class DeadLetters {
  private readonly acts: LetterActs;
  private readonly runner: BulkRunner;
  private readonly listeners: DecisionListener[] = [];
  private readonly bulkListeners: BulkActListener[] = [];

  constructor(private readonly options: DeadLettersOptions) {
    const { logger = loggerOf('dead-letters'), ...parts } = options;
    const onDecision = async (decision: LetterDecision) => {
      for (const listener of this.listeners) await listener(decision);
    };
    this.acts = new LetterActs({ ...parts, onDecision });
    this.runner = new BulkRunner({ ...parts, acts: this.acts, logger });
  }

  /** Told of each act in its transaction; what a listener rejects with undoes the act. */
  onDecision(listener: DecisionListener): void {
    this.listeners.push(listener);
  }

  /** Told of each start and cancel of a bulk job, as of a decision. */
  onBulkAct(listener: BulkActListener): void {
    this.bulkListeners.push(listener);
  }

  /** Works bulk jobs off from here on, those of ended processes too. */
  start(): void {
    this.runner.start();
  }

  async stop(): Promise<void> {
    await this.runner.stop();
  }

  /** The newest first; `more` when some come after the last of them. */
  async list(
    filter: LetterFilter,
    limit: number,
    after?: LetterPosition,
  ): Promise<{ readonly items: readonly Letter[]; readonly more: boolean }> {
    const { rows, more } = await lettersAfter(this.options.database, filter, limit, after);
    return { items: await Promise.all(rows.map((row) => this.shown(row))), more };
  }

  groups(filter: LetterFilter): Promise<readonly LetterGroup[]> {
    return letterGroups(this.options.database, filter);
  }

  async has(id: string): Promise<boolean> {
    return hasLetter(this.options.database, id);
  }

  /** Undefined for an id that is not here. */
  async find(id: string): Promise<LetterDetail | undefined> {
    const row = await letterById(this.options.database, id);
    return row && this.detail(row);
  }

  /**
   * Decides about one letter. Rejects with `DEAD_LETTER_NOT_FOUND`, `DEAD_LETTER_DECIDED`, `EDIT_REFUSED` and what else
   * stands in dead-letters.errors.ts; nothing has changed then.
   */
  async act(id: string, act: LetterAct, by: string): Promise<Letter> {
    await this.options.unitOfWork.run(async (session) => {
      const write = await this.acts.prepare(session, id, act, by);
      await write();
    });
    return this.shown(await this.existing(id));
  }

  /** What an edit would change, or why it would be refused; changes nothing. */
  async previewEdit(id: string, edit: Edit): Promise<EditedValue> {
    const letter = await this.existing(id);
    if (letter.status !== 'dead') throw new DeadLetterDecidedError(id, letter.status);
    return editLetter(letter, edit, this.options.codec, this.options.registry);
  }

  previewBulk(selection: Selection): Promise<BulkPreview> {
    return previewJob(this.options.database, selection);
  }

  /** Answers when the job and its letters are stored; it is worked off from then on. */
  async startBulk(request: BulkRequest): Promise<BulkJob> {
    const { id, act, rate, by, selection } = request;
    await this.options.unitOfWork.run(async (session) => {
      const total = await createJob(session, request);
      await this.tell({ kind: 'start', by, job: { id, act: act.kind, rate, total }, selection });
    });
    this.runner.ring();
    const job = await this.findBulk(request.id);
    if (!job) throw new Error(`Job ${request.id} has vanished.`);
    return job;
  }

  async findBulk(id: string): Promise<BulkJob | undefined> {
    return (await findJobs(this.options.database, id))[0];
  }

  listBulk(): Promise<readonly BulkJob[]> {
    return findJobs(this.options.database);
  }

  /** The job as it is then; undefined for an id that is not here. One that has ended stays as it is. */
  async cancelBulk(id: string, by: string): Promise<BulkJob | undefined> {
    await this.options.unitOfWork.run(async (session) => {
      if (!(await cancelJob(session, id))) return;
      const [job] = await findJobs(session, id);
      if (job) await this.tell({ kind: 'cancel', by, job });
    });
    return this.findBulk(id);
  }

  private async tell(act: BulkJobAct): Promise<void> {
    for (const listener of this.bulkListeners) await listener(act);
  }

  private async existing(id: string): Promise<StoredLetter> {
    const row = await letterById(this.options.database, id);
    if (!row) throw new DeadLetterNotFoundError(id);
    return row;
  }

  private async shown(row: StoredLetter): Promise<Letter> {
    return (await this.read(row)).letter;
  }

  private async read(row: StoredLetter): Promise<{ letter: Letter } & Pick<LetterDetail, 'valueError'>> {
    const { value, eventId, ...unread } = await decodeLetter(this.options.codec, recordOf(row));
    const letter = toLetter(row);
    const known = { ...letter, eventId: letter.eventId ?? eventId ?? null };
    return { letter: value === undefined ? known : { ...known, value }, ...unread };
  }

  private async detail(row: StoredLetter): Promise<LetterDetail> {
    const { letter, ...unread } = await this.read(row);
    return {
      ...letter,
      ...unread,
      causes: row.cause_chain,
      rawHeaders: row.headers,
      recordedAt: row.recorded_at,
      laneWaits: row.lane_waits,
      writerFingerprint: row.writer_fingerprint,
      followers: await followersOf(this.options.database, row),
      ...(row.edited_value === null ? {} : { edited: await this.edited(row, row.edited_value) }),
      ...(row.decided_at === null
        ? {}
        : { decision: { by: row.decided_by, at: row.decided_at, reason: row.reason } }),
    };
  }

  private async edited(row: StoredLetter, value: Buffer): Promise<NonNullable<LetterDetail['edited']>> {
    const { value: data } = await decodeLetter(this.options.codec, { ...recordOf(row), value });
    return { valueBase64: value.toString('base64'), ...(data === undefined ? {} : { value: data }) };
  }
}
