import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LedgerLine } from '../support/ledger';

/** A ledger that says something else than the payment provider's. */
export async function standInLedger(
  lines: readonly LedgerLine[],
): Promise<{ readonly url: URL; close(): Promise<void> }> {
  const server = createServer((_, answer) => {
    answer
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ items: lines, nextCursor: null }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}
