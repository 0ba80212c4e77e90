import { z } from 'zod';
import { isOver } from '@/infrastructure/saga/saga-filter';
import { sagaStatuses } from '@/infrastructure/saga/saga-state';
import type { SagaView } from '@/infrastructure/saga/saga-view';
import { table } from '@/infrastructure/kafka/setup/table';
import type { OpsClient } from '../ops-client';
import { complain, say, UsageError } from '../run-command';
import type { Arguments } from './arguments';
import { agoOf, headline, tellSaga, whyOf } from './tell';
import { orderWithoutSaga, tellOrder } from './without-saga';

export const PATH = '/ops/api/sagas';

const sagas = z.object({
  items: z.array(z.custom<SagaView>()),
  nextCursor: z.string().nullable(),
  unreachable: z.array(z.string()).default([]),
});
export const saga = z.custom<SagaView>();

const NOT_OVER = sagaStatuses.filter((status) => !isOver(status));
const LONGEST_WHY = 70;

export async function list(client: OpsClient, { values }: Arguments): Promise<number> {
  const { status = NOT_OVER.join(','), limit, cursor, type, order, step } = values;
  if (limit !== undefined && !(Number(limit) > 0)) throw new UsageError('--limit must be a number above 0.');
  const answer = await client.get(PATH, sagas, {
    status: status === 'any' ? undefined : status,
    type,
    orderId: order,
    step,
    olderThan: values['older-than'],
    limit,
    cursor,
  });
  if (values.json) say(JSON.stringify(answer));
  else {
    const rows = answer.items.map((one) => [
      one.id,
      headline(one),
      agoOf(one.waitingFor?.since ?? one.updatedAt),
      agoOf(one.startedAt),
      shortened(whyOf(one)),
    ]);
    for (const line of table(['saga', 'is', 'for', 'started', 'why'], rows)) say(line);
    say(`${answer.items.length} shown`);
    if (answer.nextCursor !== null) say(`More: --cursor ${answer.nextCursor}`);
  }
  tellUnreachable(answer.unreachable);
  return 0;
}

/** All sagas of an order, the first one first, or the one that is named; an order without one as it stands. */
export async function show(client: OpsClient, { id, values }: Arguments): Promise<number> {
  const { items, unreachable } = await client.get(PATH, sagas, { about: id });
  const order = items.length === 0 ? await orderWithoutSaga(client, id) : undefined;
  if (order) {
    for (const line of values.json ? [JSON.stringify(order)] : tellOrder(order)) say(line);
    return 0;
  }
  const exact = items.some((one) => one.id === id);
  const ids = exact || items.length === 0 ? [id] : items.map((one) => one.id).toReversed();
  const found: SagaView[] = [];
  for (const one of ids) found.push(await client.get(pathOf(one), saga));
  if (values.json) say(JSON.stringify(found.length === 1 ? found[0] : found));
  else for (const one of found) for (const line of tellSaga(one)) say(line);
  tellUnreachable(unreachable);
  return 0;
}

export const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

function tellUnreachable(services: readonly string[]): void {
  if (services.length > 0) complain(`Not in this answer, since they did not answer: ${services.join(', ')}`);
}

function shortened(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.length > LONGEST_WHY ? `${line.slice(0, LONGEST_WHY - 1)}…` : line;
}
