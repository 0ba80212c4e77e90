import { EventPublisherService, UnitOfWork } from '@shop/kafka';
import type { Measured } from '../harness/side.ts';
import { indexOf, orderCreated } from '../workload/order-created.ts';
import { workloadOf } from '../workload/workload.ts';
import { handDecoder } from './parts/avro.ts';
import { commitToTopic, type CommitToTopicParams } from './parts/commit-to-topic.ts';
import { openOurApp, orderEvent } from './parts/our-app.ts';
import type { StoringParams } from './parts/side-params.ts';

/** Our outbox and relay in one process, as the product runs. */
export async function run(params: CommitToTopicParams & StoringParams): Promise<Measured> {
  const workload = workloadOf(params.workload);
  const app = await openOurApp(params, { schema: params.schema, register: () => undefined });
  const unitOfWork = app.get(UnitOfWork);
  const publisher = app.get(EventPublisherService);
  const event = orderEvent(params.topic);
  const decode = handDecoder();
  const measured = await commitToTopic(
    params,
    (index) => unitOfWork.run(() => publisher.publish(event, orderCreated(workload, index))),
    (value) => indexOf(decode(value)),
  );
  await app.close();
  return measured;
}
