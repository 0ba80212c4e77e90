import { describe, expect, it } from 'vitest';
import type { CheckOptions } from '@/infrastructure/invariants/check-invariants';
import {
  InvariantCheckRunningError,
  InvariantsUncheckedError,
} from '@/infrastructure/invariants/invariants.errors';
import type { InvariantReport } from '@/infrastructure/invariants/report';
import { InvariantChecks } from './invariant-checks';

const report = { records: 7, violations: [] } as unknown as InvariantReport;

/** Checks whose right is there at once. */
const checksBy = (run: (options: CheckOptions) => Promise<InvariantReport>) =>
  new InvariantChecks(async (options) => ({ run: () => run(options) }));

describe('InvariantChecks', () => {
  it('has none before the first one', () => {
    expect(checksBy(async () => report).latest).toMatchObject({ state: 'none', report: null });
  });

  it('runs one at a time, tells how far it is, and keeps its report while the next one runs', async () => {
    const doors = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let begun = 0;
    const checks = checksBy(async ({ onProgress }) => {
      onProgress?.({ topic: 't', partition: 0, records: 3 });
      await doors[begun++]?.promise;
      return report;
    });
    expect(await checks.start({}, 'ada')).toMatchObject({ state: 'running', endedAt: null });
    expect(checks.latest.records).toBe(3);
    doors[0]?.resolve();
    await checks.ended();
    expect(checks.latest).toMatchObject({ state: 'finished', records: 7, report });
    await checks.start({}, 'ada');
    expect(checks.latest).toMatchObject({ state: 'running', endedAt: null, report });
    doors[1]?.resolve();
    await checks.ended();
    expect(checks.latest.state).toBe('finished');
  });

  it('gives who asks besides the check that begins or runs here', async () => {
    const [right, door] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const begunBy: string[] = [];
    const checks = new InvariantChecks(async (_, by) => {
      begunBy.push(by);
      await right.promise;
      return { run: () => door.promise.then(() => report) };
    });
    const asked = [checks.start({}, 'ada'), checks.start({ settled: true }, 'bob')];
    right.resolve();
    const [first, second] = await Promise.all(asked);
    expect(second).toEqual(first);
    expect(await checks.start({}, 'eve')).toMatchObject({ state: 'running', startedAt: first?.startedAt });
    expect(begunBy).toEqual(['ada']);
    door.resolve();
    await checks.ended();
    expect(checks.latest).toMatchObject({ state: 'finished', report });
  });

  it('keeps the last one where another process has the right, and takes the next one', async () => {
    let others = true;
    const checks = new InvariantChecks(async () => {
      if (others) throw new InvariantCheckRunningError();
      return { run: async () => report };
    });
    await expect(checks.start({}, 'ada')).rejects.toMatchObject({
      code: 'INVARIANT_CHECK_RUNNING',
      status: 409,
    });
    expect(checks.latest.state).toBe('none');
    others = false;
    await checks.start({}, 'ada');
    await checks.ended();
    expect(checks.latest.state).toBe('finished');
  });

  it('tells why one failed, and takes the next one', async () => {
    const checks = checksBy(() =>
      Promise.reject(new InvariantsUncheckedError('the ledger is silent', new Error('refused'))),
    );
    await checks.start({}, 'ada');
    await checks.ended();
    expect(checks.latest).toMatchObject({ state: 'failed', error: { code: 'INVARIANTS_UNCHECKED' } });
    expect(await checks.start({}, 'ada')).not.toHaveProperty('error');
    await checks.ended();
  });
});
