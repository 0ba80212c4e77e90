import { z } from 'zod';
import type { OutboxAct, OutboxActed } from '@/infrastructure/ops/outbox/outbox-view';
import type { OpsClient } from '../ops-client';
import { say } from '../run-command';
import type { Arguments } from './arguments';
import { PATH } from './look';

const acted = z.custom<OutboxActed>();

export async function act(
  client: OpsClient,
  { service, seq, values }: Arguments,
  command: OutboxAct['kind'],
): Promise<number> {
  const { reason } = values;
  const path = `${PATH}/${encodeURIComponent(service)}/${encodeURIComponent(seq)}/${command}`;
  const row = await client.post(path, acted, reason === undefined ? {} : { reason });
  const done = command === 'retry' ? 'goes to the log again' : 'was set aside';
  say(values.json ? JSON.stringify(row) : `${service} ${seq}: ${row.eventType} ${row.eventId} ${done}`);
  return 0;
}
