import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { Logger } from '@/infrastructure/observability/logger';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { EventOpener } from '../delivery/runs/event-opener';
import type { InboxHorizon } from '../inbox/inbox-horizon';
import type { EventCodec } from '../schema/event-codec';
import type { EventTransport } from '../transport/transport.port';
import { DryEffect } from './dry-effect';
import { FillEffect } from './fill-effect';
import type { OutsideCalls } from './outside-calls';
import { RebuildEffect } from './rebuild-effect';
import { RebuildLedger } from './rebuild-ledger';
import type { StoredReplay } from './replay';
import type { ReplayEffect } from './replay-effect';
import { ReplayReader } from './replay-reader';
import type { RunParts } from './replay-run';
import { ShadowTables } from './shadow-tables';

export interface AssemblyParts {
  /** Of the service. */
  readonly database: Database;
  readonly unitOfWork: UnitOfWork;
  readonly url: string;
  readonly transport: EventTransport;
  readonly codec: EventCodec;
  /** How long the inbox remembers, in ms. */
  readonly horizon: Pick<InboxHorizon, 'ms' | 'now'>;
  readonly logger: Logger;
  /** Of all replays of the process. */
  readonly outside: OutsideCalls;
}

/** All that one replay is run with, on connections of its own. */
export interface ReplayAssembly {
  readonly parts: RunParts;
  close(): Promise<void>;
}

/** Three lanes at a time, and one for the exchange of a rebuild; the service's own connections stay its own. */
const CONNECTIONS = 4;

export function assemble(
  replay: StoredReplay,
  handlers: readonly HandlerRegistration[],
  { database, unitOfWork, url, transport, codec, horizon, logger, outside }: AssemblyParts,
): ReplayAssembly {
  const { schema } = database;
  const pool = new Database({
    url,
    schema,
    maxConnections: CONNECTIONS,
    applicationName: `replay ${schema}`,
    onIdleError: (error) => logger.warn({ err: error }, 'an idle database connection was lost'),
  });
  const opener = new EventOpener(codec, horizon);
  const reader = new ReplayReader(replay.group, transport, opener, handlers);
  const effectOf = (): ReplayEffect => {
    const common = { replay, database: pool, unitOfWork };
    if (replay.mode === 'dry') return new DryEffect(common);
    if (replay.mode === 'fill') {
      return new FillEffect({ ...common, outside, isTooOld: ({ mark }) => opener.isTooOld(mark) });
    }
    const shadow = shadowOf(schema, replay.id, handlers);
    const ledger = new RebuildLedger(pool, replay);
    return new RebuildEffect({ ...common, reader, handlers, shadow, ledger });
  };
  return {
    parts: {
      replay,
      database: pool,
      reader,
      effect: effectOf(),
      topicIds: (topics) => transport.admin.topicIds(topics),
      logger,
    },
    close: () => pool.close(),
  };
}

/** Copies of all tables that the handlers name. */
export function shadowOf(
  schema: string,
  replayId: string,
  handlers: readonly HandlerRegistration[],
): ShadowTables {
  const tables = new Set(handlers.flatMap(({ options }) => options.rebuilds ?? []));
  return ShadowTables.of(schema, replayId, [...tables]);
}
