import type { Position } from '@/infrastructure/kafka/transport/transport.port';
import type { Logger } from '@/infrastructure/observability/logger';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { Database } from '@/infrastructure/postgres/database';
import type { SqlSession } from '@/infrastructure/postgres/sql';
import type {
  BurialOutcome,
  BurialRequest,
  DeliveryStore,
  EffectOutcomes,
  EffectParts,
  EffectRun,
  ProgressUpdate,
  Takeover,
} from '../delivery-store.port';
import { bury } from './burial';
import { settleClaims } from './claims';
import { holdFences, refuseFenced } from './fence';
import { enterInbox, findInInbox, leaveInbox } from './inbox-entries';
import { PostgresParking } from './postgres-parking';
import { saveProgress } from './saved-progress';
import { type Announced, takeOver } from './takeover';

type TopicIds = (topics: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** Progress, inbox, parked rows and dead letters in the service's own schema, each write behind the fence. */
export class PostgresDeliveryStore implements DeliveryStore {
  readonly transactional = true;
  readonly parking: PostgresParking;

  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
    private readonly topicIds: TopicIds,
    private readonly logger: Logger,
  ) {
    this.parking = new PostgresParking(database);
  }

  async acquire(group: string, partitions: readonly Announced[]): Promise<readonly Takeover[]> {
    const ids = await this.topicIds([...new Set(partitions.map(({ topic }) => topic))]);
    const { takeovers, resets } = await this.database.transaction((session) =>
      takeOver(session, group, partitions, ids),
    );
    for (const { topic, partition, committed, watermark } of resets) {
      this.logger.warn(
        { group, topic, partition, committed: String(committed), watermark: String(watermark) },
        'the group was moved from outside; progress stays where it is, a replay is offered',
      );
    }
    return takeovers;
  }

  together(
    runs: readonly EffectRun[],
    work: (outcomes: readonly EffectOutcomes[], parts: EffectParts) => Promise<void>,
    timeoutMs: number,
  ): Promise<readonly EffectOutcomes[]> {
    return this.unitOfWork.run(
      async (session) => {
        const outcomes = await enterFenced(session, runs);
        const withdrawn = new Map<number, EffectRun>();
        await work(outcomes, {
          attempt: async (nth, part) => {
            const end = await this.unitOfWork.part(part);
            if (end.kind === 'done') return undefined;
            const run = runs[nth];
            if (run) withdrawn.set(nth, { ...run, handlers: freshOf(run, outcomes[nth]) });
            return { error: end.error };
          },
        });
        refuseRepeatsOf([...withdrawn.values()], runs, outcomes);
        await Promise.all([
          leaveInbox(session, [...withdrawn.values()]),
          // Last, so that what failed keeps its row; whoever changed one meanwhile has all of this rolled back.
          settleClaims(
            session,
            runs.filter((_, nth) => !withdrawn.has(nth)),
          ),
        ]);
        return outcomes;
      },
      { timeoutMs },
    );
  }

  async seen(runs: readonly EffectRun[]): Promise<readonly EffectOutcomes[]> {
    await refuseFenced(
      this.database,
      runs.map(({ tenure }) => tenure),
    );
    return findInInbox(this.database, runs);
  }

  async remember(runs: readonly EffectRun[]): Promise<void> {
    await this.database.transaction(async (session) => {
      await enterFenced(session, runs);
      await settleClaims(session, runs);
    });
  }

  bury(request: BurialRequest): Promise<BurialOutcome> {
    return bury(this.unitOfWork, request);
  }

  save(progress: readonly ProgressUpdate[]): Promise<readonly Position[]> {
    return saveProgress(this.database, progress);
  }
}

/** The handlers of a run whose inbox rows this transaction has written. */
const freshOf = ({ handlers }: EffectRun, outcomes: EffectOutcomes = []): readonly string[] =>
  handlers.filter((_, nth) => outcomes[nth] === 'handled');

/** What came twice, and failed the first time, would count as handled the second time. */
function refuseRepeatsOf(
  withdrawn: readonly EffectRun[],
  runs: readonly EffectRun[],
  outcomes: readonly EffectOutcomes[],
): void {
  const nameOf = ({ mark }: EffectRun, handler: string) => `${handler}\n${mark.identity}`;
  const gone = new Set(withdrawn.flatMap((run) => run.handlers.map((handler) => nameOf(run, handler))));
  for (const [nth, run] of gone.size === 0 ? [] : runs.entries())
    for (const [at, handler] of run.handlers.entries())
      if (outcomes[nth]?.[at] === 'repeated' && gone.has(nameOf(run, handler)))
        throw new Error(`${run.mark.identity} is in the transaction twice, and failed once.`);
}

/** The second statement is sent behind the first: the server takes its snapshot when it holds the locks. */
async function enterFenced(session: SqlSession, runs: readonly EffectRun[]): Promise<EffectOutcomes[]> {
  const tenures = runs.map(({ tenure }) => tenure);
  const [, outcomes] = await Promise.all([holdFences(session, tenures), enterInbox(session, runs)]);
  return outcomes;
}
