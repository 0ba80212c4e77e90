import type { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import type { EventRegistry } from '@/infrastructure/kafka/schema/event-registry';
import { EVERY_HANDLER } from '@/infrastructure/kafka/delivery/runs/subscription-plan';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import {
  DeadLetterDecidedError,
  DeadLetterNotFoundError,
  LaneBeingDecidedError,
  LaneWaitsElsewhereError,
  LetterTopicReplacedError,
} from './dead-letters.errors';
import { type Edit, type EditedValue, editLetter } from './edit/edit-letter';
import type { LetterStatus } from './letter';
import { LETTER_COLUMNS, type StoredLetter } from './stored-letter';

/**
 *   retry    runs again in its place: as it is, or with the value of an earlier edit
 *   edit     runs again in its place with another value
 *   skip     its handler passes it over, and the later events of its key go on
 *   discard  all parked events of its key are passed over
 */
export type LetterAct =
  | { readonly kind: 'retry' }
  | { readonly kind: 'edit'; readonly edit: Edit }
  | { readonly kind: 'skip'; readonly reason?: string | undefined }
  | { readonly kind: 'discard'; readonly reason: string };

/** What was decided, by whom; told within the unit of work that carries it out. */
export interface LetterDecision {
  readonly act: LetterAct['kind'];
  readonly by: string;
  readonly reason: string | null;
  readonly letter: StoredLetter;
}

export interface LetterActsOptions {
  readonly codec: EventCodec;
  readonly registry: EventRegistry;
  readonly onDecision: (decision: LetterDecision) => Promise<void>;
}

interface ParkedHead {
  readonly state: 'waiting' | 'behind' | 'dead' | 'skip' | 'discard';
  readonly handler: string | null;
  readonly edited: boolean;
}

/**
 * Decisions as changes of rows, which the owner of the partition carries out: letters are compared and set, so of two
 * operators one decides and the other is told.
 */
export class LetterActs {
  constructor(private readonly options: LetterActsOptions) {}

  /**
   * Locks the letter and checks the act; whatever is refused is refused here, before anything is written. The answer
   * writes it, in the same transaction.
   */
  async prepare(session: SqlSession, id: string, act: LetterAct, by: string): Promise<() => Promise<void>> {
    const letter = await session.row<StoredLetter>(
      sql`select ${LETTER_COLUMNS} from dead_letters where id = ${id} for update`,
    );
    if (!letter) throw new DeadLetterNotFoundError(id);
    if (letter.status !== 'dead') throw new DeadLetterDecidedError(id, letter.status);
    const reason = 'reason' in act ? (act.reason ?? null) : null;
    const write = await this.writing(session, letter, act);
    return async () => {
      await write({ by, reason });
      await this.options.onDecision({ act: act.kind, by, reason, letter });
    };
  }

  private async writing(session: SqlSession, letter: StoredLetter, act: LetterAct): Promise<Writing> {
    switch (act.kind) {
      case 'retry':
        return this.rerun(session, letter, undefined);
      case 'edit':
        return this.rerun(
          session,
          letter,
          await editLetter(letter, act.edit, this.options.codec, this.options.registry),
        );
      case 'skip':
        return passOver(session, letter, 'skipped', 'skip');
      case 'discard':
        return passOver(session, letter, 'discarded', 'discard');
    }
  }

  private async rerun(
    session: SqlSession,
    letter: StoredLetter,
    edited: EditedValue | undefined,
  ): Promise<Writing> {
    const topicId = await topicIdOf(session, letter);
    const head = await session.row<ParkedHead>(sql`
      select state, handler, edited_value is not null as edited
      from parked where ${placeOf(letter, topicId)} for update`);
    if (head?.state === 'skip' || head?.state === 'discard') throw new LaneBeingDecidedError();
    if (head?.state === 'dead' && head.handler !== letter.handler)
      throw new LaneWaitsElsewhereError(head.handler ?? '*');
    // What a person wrote for another handler has to run first: the row has room for one edit.
    if (head?.edited && head.handler !== letter.handler) throw new LaneBeingDecidedError();
    const value = edited?.value ?? letter.edited_value;
    return async (decision) => {
      await decide(session, letter, 'retrying', decision, value);
      await parkAgain(session, letter, topicId, value);
    };
  }
}

type Writing = (decision: { readonly by: string; readonly reason: string | null }) => Promise<void>;

/** The topic that the letter's offset counts in, which must be the one that its group reads now. */
async function topicIdOf(session: SqlSession, letter: StoredLetter): Promise<string> {
  const now = await session.row<{ topic_id: string }>(sql`
    select topic_id from progress where group_id = ${letter.group_id} and topic = ${letter.topic}
      and partition = ${letter.partition}`);
  if (!now || (letter.topic_id !== '' && letter.topic_id !== now.topic_id))
    throw new LetterTopicReplacedError(letter.topic);
  return now.topic_id;
}

const placeOf = (letter: StoredLetter, topicId: string) => sql`
  group_id = ${letter.group_id} and topic = ${letter.topic} and topic_id = ${topicId}
  and partition = ${letter.partition} and "offset" = ${letter.offset}`;

/**
 * A dead head goes on from where it stopped, with the handlers that come after. Where other handlers of the event are
 * still under way, this one joins them; the attempt that costs makes a run that has begun without it begin anew.
 */
async function parkAgain(
  session: SqlSession,
  letter: StoredLetter,
  topicId: string,
  editedValue: Buffer | null,
): Promise<void> {
  const inLane = sql`group_id = ${letter.group_id} and topic = ${letter.topic} and topic_id = ${topicId}
    and partition = ${letter.partition} and lane = ${letter.lane}`;
  // Held to the commit: whoever ends the older one finds this one behind it.
  const older = await session.row(sql`
    select 1 from parked where ${inLane} and "offset" < ${letter.offset} order by "offset" limit 1 for update`);
  const state = older ? 'behind' : 'waiting';
  // An edit is for the handler that failed. What no handler could read is mended for all of them, as if it had come so.
  const mended = letter.handler === EVERY_HANDLER ? editedValue : null;
  const edited = letter.handler === EVERY_HANDLER ? null : editedValue;
  const due = older ? sql`null::timestamptz` : sql`clock_timestamp()`;
  await session.run(sql`
    insert into parked as known (
      group_id, topic, topic_id, partition, "offset", lane, key, value, headers, recorded_at, event_identity,
      event_type, writer_fingerprint, pending, handler, attempts, state, due_at, edited_value, cause, first_failed_at
    )
    select group_id, topic, ${topicId}, partition, "offset", ${letter.lane}, key, coalesce(${mended}::bytea, value),
      headers, recorded_at, event_identity, event_type, writer_fingerprint, array[handler], handler, 0, ${state}, ${due},
      ${edited}::bytea,
      jsonb_build_object('code', cause_code, 'name', '', 'message', cause_message, 'chain', cause_chain),
      first_failed_at
    from dead_letters where id = ${letter.id}
    on conflict (group_id, topic, topic_id, partition, "offset") do update set
      state = case when known.state = 'behind' then 'behind' else 'waiting' end,
      due_at = case when known.state = 'behind' then null else excluded.due_at end,
      attempts = case when known.state = 'dead' then 0 else known.attempts + 1 end,
      handler = excluded.handler,
      pending = case when excluded.handler = any(known.pending) then known.pending
        else known.pending || excluded.pending end,
      value = coalesce(${mended}::bytea, known.value), edited_value = excluded.edited_value`);
  // Only the oldest of a lane has a time; the others follow it.
  if (!older) {
    await session.run(sql`
      update parked set state = 'behind', due_at = null
      where ${inLane} and "offset" > ${letter.offset} and state = 'waiting'`);
  }
}

function passOver(
  session: SqlSession,
  letter: StoredLetter,
  status: LetterStatus,
  state: 'skip' | 'discard',
): Writing {
  return async (decision) => {
    await decide(session, letter, status, decision, letter.edited_value);
    await session.run(sql`
      update parked set state = ${state}, due_at = clock_timestamp()
      where group_id = ${letter.group_id} and topic = ${letter.topic} and partition = ${letter.partition}
        and "offset" = ${letter.offset} and (topic_id = ${letter.topic_id} or ${letter.topic_id} = '')
        and state = 'dead' and handler = ${letter.handler}`);
  };
}

async function decide(
  session: SqlSession,
  { id }: StoredLetter,
  status: LetterStatus,
  { by, reason }: { readonly by: string; readonly reason: string | null },
  editedValue: Buffer | null,
): Promise<void> {
  await session.run(sql`
    update dead_letters set status = ${status}, decided_by = ${by}, decided_at = clock_timestamp(),
      reason = ${reason}, edited_value = ${editedValue}::bytea
    where id = ${id}`);
}
