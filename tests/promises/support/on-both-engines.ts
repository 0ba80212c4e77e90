import { afterEach, beforeEach, describe } from 'vitest';
import { Delivery, type DeliveryOptions } from './delivery-on';
import { type EngineUnderTest, enginesUnderTest, kafkaByNewerProtocol } from './engines';

const SET_UP_WITHIN_MS = 60_000;
/** Processes are started, killed and waited for; on a busy machine that takes its time. */
const TEST_WITHIN_MS = 120_000;

export interface CaseOptions extends DeliveryOptions {
  /** Once more on Kafka, with the newer protocol of groups. */
  readonly alsoByNewerProtocol?: boolean;
}

/** The same cases on each engine, each with a topic, a group and a database of its own. */
export function onBothEngines(
  promise: string,
  cases: (delivery: () => Delivery, under: EngineUnderTest) => void,
  { alsoByNewerProtocol = false, ...options }: CaseOptions = {},
): void {
  const engines = [...enginesUnderTest, ...(alsoByNewerProtocol ? [kafkaByNewerProtocol] : [])];
  const named = engines.map((under) => ({
    under,
    log: under.groupProtocol ? `${under.engine} with KIP-848` : under.engine,
  }));
  describe.each(named)(`${promise}, $log`, ({ under }) => {
    describe.skipIf(under.missing)('with the log up', { timeout: TEST_WITHIN_MS }, () => {
      let current: Delivery | undefined;

      beforeEach(async () => {
        const delivery = await Delivery.on(under, options);
        current = delivery;
      }, SET_UP_WITHIN_MS);

      afterEach(async ({ task }) => {
        // What fails now and then is understood by what it left.
        if (current && task.result?.state === 'fail')
          process.stderr.write(`${current.output()}\n${await current.tables.asText()}\n`);
        await current?.end();
        current = undefined;
      }, SET_UP_WITHIN_MS);

      cases(() => {
        if (current === undefined) throw new Error('There is no delivery outside of a test.');
        return current;
      }, under);
    });
  });
}
