import type { StatementCount } from './statement-counter.ts';

const SHOWN = 25;
const SHOWN_CHARACTERS = 150;

/** A line for each service and for each of the statements that were sent most often in between, per order. */
export function mostFrequent(
  before: readonly StatementCount[],
  after: readonly StatementCount[],
  orders: number,
): string {
  const earlier = new Map(before.map((one) => [keyOf(one), one.calls]));
  const between = after
    .map((one) => ({ ...one, perOrder: (one.calls - (earlier.get(keyOf(one)) ?? 0)) / orders }))
    .toSorted((a, b) => b.perOrder - a.perOrder);
  const sum = (counts: typeof between) => counts.reduce((total, { perOrder }) => total + perOrder, 0);
  const services = [...Map.groupBy(between, ({ service }) => service)]
    .map(([service, counts]) => ({ service, perOrder: sum(counts) }))
    .toSorted((a, b) => b.perOrder - a.perOrder);
  return [
    `statements sent per order, of ${orders} orders: ${sum(between).toFixed(2)}`,
    ...services.map(({ service, perOrder }) => row(perOrder, service, '')),
    `the ${SHOWN} most frequent ones`,
    ...between.slice(0, SHOWN).map(({ perOrder, service, text }) => row(perOrder, service, shortened(text))),
  ].join('\n');
}

const keyOf = ({ service, text }: StatementCount): string => `${service}\n${text}`;

const row = (perOrder: number, service: string, text: string): string =>
  `  ${perOrder.toFixed(2).padStart(6)}  ${service.padEnd(22)} ${text}`.trimEnd();

const shortened = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, SHOWN_CHARACTERS);
