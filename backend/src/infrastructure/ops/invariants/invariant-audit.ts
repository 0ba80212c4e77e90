import type { CheckOptions } from '@/infrastructure/invariants/check-invariants';
import type { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import { auditBy, type OperatorAct } from '../operator-audit';

/** Who had the invariants checked is in the trail: by the outbox of a service of this process where one has tables. */
export async function recordCheck(runtimes: KafkaRuntimes, options: CheckOptions, by: string): Promise<void> {
  const all = runtimes.all();
  const runtime = all.find(({ stateful }) => stateful !== undefined) ?? all[0];
  if (!runtime) throw new Error('No service of this process publishes events.');
  const record = auditBy(runtime.publisher);
  const act = actOf(options, by);
  if (runtime.stateful) await runtime.stateful.unitOfWork.run(() => record(act));
  else await record(act);
}

const actOf = ({ settled = false, youngMs }: CheckOptions, by: string): OperatorAct => ({
  actorId: by,
  action: 'invariants.check',
  resource: 'invariants',
  details: { settled, ...(youngMs === undefined ? {} : { youngSeconds: youngMs / 1_000 }) },
});
