import type { InvariantReport } from '@/infrastructure/invariants/report';
import type { Invariant } from '@/infrastructure/invariants/violation';
import { table } from '@/infrastructure/kafka/setup/table';
import { say } from './run-command';

const MEANINGS: Readonly<Record<Invariant, string>> = {
  money: 'one capture and one refund at most; the shop holds what was sold',
  stock: 'movements add up, nothing below zero; an order holds all or nothing',
  ended: 'every accepted order has ended',
  published: 'what was committed is in the log, once',
  effects: 'one effect for each handler and event',
  lanes: 'events of a key stand in their order',
  rebuild: 'the topic makes the orders that the order service has',
};

export function showReport(report: InvariantReport): void {
  const { standings, violations, violationsLeftOut, orders, records, repeats, hashes } = report;
  const rows = standings.map(({ invariant, standing, violations: count }) => [
    invariant,
    standing,
    count,
    MEANINGS[invariant],
  ]);
  for (const line of table(['invariant', 'standing', 'violations', 'means'], rows)) say(line);
  say('');
  for (const { code, subject, message, events } of violations) {
    say(`${code} ${subject}: ${message}`);
    for (const { topic, partition, offset, eventType, eventId } of events)
      say(`  ${topic} partition ${partition} offset ${offset} ${eventType ?? ''} ${eventId ?? ''}`.trimEnd());
  }
  if (violationsLeftOut > 0) say(`and ${violationsLeftOut} more violations`);
  const running = orders.running.length + orders.runningLeftOut;
  if (running > 0) {
    const more = orders.runningLeftOut > 0 ? ` and ${orders.runningLeftOut} more` : '';
    say(`on their way, not judged: ${orders.running.join(' ')}${more}`);
  }
  say(
    `${records} records, ${orders.judged} orders judged (${orders.needAttention} wait for a person), ` +
      `${running} on their way, ${orders.beyondLog} begun before the log begins, ${repeats} events repeated by the relay`,
  );
  const same = hashes.topic === hashes.orders ? 'the same' : 'differ';
  say(
    `histories by the topic ${hashes.topic.slice(0, 16)}, by the orders ${hashes.orders.slice(0, 16)}: ${same}`,
  );
}
