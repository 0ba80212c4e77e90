import { z } from 'zod';
import type { SagaAct, SagaActed } from '@/infrastructure/ops/sagas/saga-act';
import { type OpsClient, RefusedByPlatform } from '../ops-client';
import { say } from '../run-command';
import { actWithoutSaga } from './act-without-saga';
import type { Arguments } from './arguments';
import { pathOf } from './look';
import { entryText, headline } from './tell';
import { orderWithoutSaga } from './without-saga';

const acted = z.custom<SagaActed>();

/** Also where a service is silent that would have no saga of the order. */
const NOT_FOUND = ['SAGA_NOT_FOUND', 'PROCESS_UNREACHABLE'];

export async function act(
  client: OpsClient,
  { id, values }: Arguments,
  command: SagaAct['kind'],
): Promise<number> {
  const { reason } = values;
  const body = reason === undefined ? {} : { reason };
  const saga = await client.post(`${pathOf(id)}/${command}`, acted, body).catch((error: unknown) => {
    if (error instanceof RefusedByPlatform && NOT_FOUND.includes(error.code)) return error;
    throw error;
  });
  if (saga instanceof RefusedByPlatform) {
    if (await orderWithoutSaga(client, id)) return actWithoutSaga(client, id, command, values.json);
    throw saga;
  }
  if (values.json) {
    say(JSON.stringify(saga));
    return 0;
  }
  for (const entry of saga.done) say(`  ${entryText(entry)}`);
  say(`${saga.id} ${saga.done.length === 0 ? `was left as it was: ${headline(saga)}` : headline(saga)}`);
  return 0;
}
