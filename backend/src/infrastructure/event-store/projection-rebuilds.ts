import { randomUUIDv7 } from 'node:crypto';
import { CodedError } from '@/infrastructure/errors/coded-error';
import type { Logger } from '@/infrastructure/observability/logger';
import type { RecordAct } from '@/infrastructure/ops/operator-audit';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { Database } from '@/infrastructure/postgres/database';
import { UnknownProjectionError } from './event-store.errors';
import type { Projection } from './projection';
import { type Lag, lagOf } from './projection-lag';
import { ProjectionRebuild } from './projection-rebuild';
import type { StreamEvent } from './stream-event';
import {
  insertRebuild,
  lastRebuild,
  type RebuildKind,
  type RebuildView,
  saveDone,
  saveFailed,
  saveProgress,
} from './rebuild-rows';

export interface ProjectionView {
  readonly name: string;
  readonly tables: readonly string[];
  readonly lag: Lag;
  readonly lastRebuild: RebuildView | null;
}

export interface RebuildsOptions {
  readonly database: Database;
  readonly url: string;
  readonly unitOfWork: UnitOfWork;
  readonly record: RecordAct;
  readonly logger: Logger;
}

/** A service's projections of its streams, and what operators do with them. */
export class ProjectionRebuilds<State, Event extends StreamEvent> {
  private readonly running = new Map<ProjectionRebuild<State, Event>, Promise<void>>();

  constructor(
    private readonly options: RebuildsOptions,
    private readonly projections: readonly Projection<State, Event>[],
  ) {}

  async list(): Promise<readonly ProjectionView[]> {
    const { database } = this.options;
    const views: ProjectionView[] = [];
    for (const projection of this.projections) {
      views.push({
        name: projection.name,
        tables: projection.tables.map(({ name }) => name),
        lag: await lagOf(database, projection),
        lastRebuild: await lastRebuild(database, database.schema, projection.name),
      });
    }
    return views;
  }

  /**
   * Goes on by itself; `list` tells how far it is. Rejects with `UnknownProjectionError`, or with
   * `ProjectionBusyError` while another one of the projection runs.
   */
  async begin(name: string, kind: RebuildKind, by: string): Promise<RebuildView> {
    const projection = this.projections.find((one) => one.name === name);
    if (!projection) throw new UnknownProjectionError(name);
    const { database, url, unitOfWork, record } = this.options;
    const id = randomUUIDv7();
    const rebuild = await ProjectionRebuild.begin({
      database,
      url,
      projection,
      onProgress: (progress) => saveProgress(database, id, progress),
    });
    try {
      const view = await unitOfWork.run(async (session) => {
        await record({ actorId: by, action: `projection.${kind}`, resource: `projection/${name}` });
        return insertRebuild(session, database.schema, { id, projection: name, kind, begunBy: by });
      });
      const run = this.carryOut(id, rebuild, kind).finally(() => this.running.delete(rebuild));
      this.running.set(rebuild, run);
      return view;
    } catch (error) {
      await rebuild.release();
      throw error;
    }
  }

  /** What runs is given up; the live tables are as they were. */
  async stop(): Promise<void> {
    for (const rebuild of this.running.keys()) rebuild.cancel();
    await Promise.all(this.running.values());
  }

  private async carryOut(
    id: string,
    rebuild: ProjectionRebuild<State, Event>,
    kind: RebuildKind,
  ): Promise<void> {
    const { database, logger } = this.options;
    try {
      await rebuild.run({
        exchange: kind === 'rebuild',
        finish: (session, result) => saveDone(session, id, result),
      });
    } catch (error) {
      logger.error({ err: error, rebuild: id }, 'a rebuild of a projection has met an error');
      const code = error instanceof CodedError ? error.code : 'INTERNAL_ERROR';
      const message = error instanceof Error ? error.message : String(error);
      await saveFailed(database, id, { code, message }).catch((saving: unknown) =>
        logger.error({ err: saving, rebuild: id }, 'nor could that be written down'),
      );
    } finally {
      await rebuild.release();
    }
  }
}
