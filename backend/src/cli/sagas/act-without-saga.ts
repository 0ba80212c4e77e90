import { z } from 'zod';
import { CodedError } from '@/infrastructure/errors/coded-error';
import type { SagaAct } from '@/infrastructure/ops/sagas/saga-act';
import type { Resumed } from '@/services/order/order-choreography.service';
import type { OpsClient } from '../ops-client';
import { say } from '../run-command';

const answer = z.custom<Resumed>();

/** The act is one on a saga, and the order has none. */
class OrderHasNoSagaError extends CodedError {
  readonly code = 'ORDER_HAS_NO_SAGA';
  readonly retryable = false;
  override readonly status = 409;

  constructor(orderId: string, act: SagaAct['kind']) {
    super(
      `'${act}' is not for order '${orderId}': no saga drives it. It can be resumed when it needs attention.`,
    );
  }
}

/** The one act for an order that is followed by its events alone: `resume`. */
export async function actWithoutSaga(
  client: OpsClient,
  id: string,
  act: SagaAct['kind'],
  json = false,
): Promise<number> {
  if (act !== 'resume') throw new OrderHasNoSagaError(id, act);
  const { asked, resumed } = await client.post(`/ops/api/orders/${encodeURIComponent(id)}/resume`, answer);
  if (json) say(JSON.stringify({ orderId: id, asked, resumed }));
  else say(`order ${id} ${resumed ? 'resumed' : 'was left as it was'}: asks for ${asked} to be taken back`);
  return 0;
}
