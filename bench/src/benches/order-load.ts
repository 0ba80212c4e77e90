import type { Lab } from '../harness/lab.ts';
import type { Measured } from '../harness/side.ts';

export const ORDER_LOAD = { concurrency: 64, warmUpMs: 5_000, measuredMs: 15_000 } as const;

export const DBOS_PEER = 'DBOS, five empty steps';
export const HOPS_CONTROL =
  'nine hops by hand on 8 connections, each one transaction: an inbox, a state and an outbox row, no log';

/** The shop, DBOS and the control under the same load, each in a new database of the same server. */
export function orderRounds(
  lab: Lab,
  ours: { readonly counting?: boolean },
  show: (measured: Measured) => string,
): Promise<Record<'ours' | 'peer' | 'control', readonly Measured[]>> {
  const alone = (side: string) => () =>
    lab.withDatabase('steps', (databaseUrl) => lab.side(side, { ...ORDER_LOAD, databaseUrl }));
  return lab.rounds(
    {
      ours: () => lab.forShop((kept) => lab.side('ours-orders', { ...ORDER_LOAD, ...ours, ...kept })),
      peer: alone('dbos-steps'),
      control: alone('hand-written-hops'),
    },
    show,
  );
}
