import { describe, expect, it } from 'vitest';
import { InvariantsUncheckedError } from '@/infrastructure/invariants/invariants.errors';
import type { InvariantReport } from '@/infrastructure/invariants/report';
import { InvariantChecks } from './invariant-checks';

const report = { records: 7, violations: [] } as unknown as InvariantReport;

describe('InvariantChecks', () => {
  it('has none before the first one', () => {
    expect(new InvariantChecks(async () => report).latest).toMatchObject({ state: 'none', report: null });
  });

  it('runs one at a time, tells how far it is, and keeps its report while the next one runs', async () => {
    const doors = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let begun = 0;
    const checks = new InvariantChecks(async ({ onProgress }) => {
      onProgress?.({ topic: 't', partition: 0, records: 3 });
      await doors[begun++]?.promise;
      return report;
    });
    expect(checks.start({})).toMatchObject({ state: 'running', endedAt: null });
    expect(checks.latest.records).toBe(3);
    expect(() => checks.start({})).toThrow(expect.objectContaining({ code: 'INVARIANT_CHECK_RUNNING' }));
    doors[0]?.resolve();
    await checks.ended();
    expect(checks.latest).toMatchObject({ state: 'finished', records: 7, report });
    checks.start({});
    expect(checks.latest).toMatchObject({ state: 'running', endedAt: null, report });
    doors[1]?.resolve();
    await checks.ended();
    expect(checks.latest.state).toBe('finished');
  });

  it('tells why one failed, and takes the next one', async () => {
    const checks = new InvariantChecks(() =>
      Promise.reject(new InvariantsUncheckedError('the ledger is silent', new Error('refused'))),
    );
    checks.start({});
    await checks.ended();
    expect(checks.latest).toMatchObject({ state: 'failed', error: { code: 'INVARIANTS_UNCHECKED' } });
    expect(checks.start({})).not.toHaveProperty('error');
  });
});
