import { afterAll, beforeAll, describe } from 'vitest';
import { adminConformance } from './admin.conformance';
import { appendConformance } from './append.conformance';
import { appendersConformance } from './appenders.conformance';
import { bytesConformance } from './bytes.conformance';
import { commitConformance } from './commit.conformance';
import { flowConformance } from './flow.conformance';
import { groupsConformance } from './groups.conformance';
import type { ConformanceHarness } from './harness';
import { lifeConformance } from './life.conformance';
import { partitioningConformance } from './partitioning.conformance';
import { readConformance } from './read.conformance';
import { rebalanceConformance } from './rebalance.conformance';
import { retentionConformance } from './retention.conformance';
import { ConformanceSuite } from './support/conformance-suite';
import { takeoverConformance } from './takeover.conformance';

/** The promises of `transport.port.ts`, case by case. Every adapter runs all of them. */
export function transportConformance(name: string, start: () => Promise<ConformanceHarness>): void {
  describe(`${name} keeps the transport's promises`, () => {
    const suite = new ConformanceSuite();
    beforeAll(() => suite.start(start));
    afterAll(() => suite.stop());

    appendConformance(suite);
    partitioningConformance(suite);
    bytesConformance(suite);
    appendersConformance(suite);
    readConformance(suite);
    groupsConformance(suite);
    commitConformance(suite);
    flowConformance(suite);
    rebalanceConformance(suite);
    takeoverConformance(suite);
    adminConformance(suite);
    lifeConformance(suite);
    retentionConformance(suite);
  });
}
