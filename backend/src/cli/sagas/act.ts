import { z } from 'zod';
import type { SagaAct, SagaActed } from '@/infrastructure/ops/sagas/saga-act';
import type { OpsClient } from '../ops-client';
import { say } from '../run-command';
import type { Arguments } from './arguments';
import { pathOf } from './look';
import { entryText, headline } from './tell';

const acted = z.custom<SagaActed>();

export async function act(
  client: OpsClient,
  { id, values }: Arguments,
  command: SagaAct['kind'],
): Promise<number> {
  const { reason } = values;
  const body = reason === undefined ? {} : { reason };
  const saga = await client.post(`${pathOf(id)}/${command}`, acted, body);
  if (values.json) {
    say(JSON.stringify(saga));
    return 0;
  }
  for (const entry of saga.done) say(`  ${entryText(entry)}`);
  say(`${saga.id} ${saga.done.length === 0 ? `was left as it was: ${headline(saga)}` : headline(saga)}`);
  return 0;
}
