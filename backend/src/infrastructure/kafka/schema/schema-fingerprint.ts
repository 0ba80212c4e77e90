import { createHash } from 'node:crypto';
import type { AvroRecord } from '@shop/contracts';

/**
 * SHA-256 in hex over what decides how bytes are read; documentation and the order of attributes are left out. Avro's
 * own parsing form is too coarse: it drops logical types, and a decimal means another number at another scale.
 */
export function fingerprintOf(schema: AvroRecord): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(schema)))
    .digest('hex');
}

function canonical(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(canonical);
  if (typeof node !== 'object' || node === null) return node;
  const members = Object.entries(node)
    .filter(([name]) => name !== 'doc')
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, canonical(member)]));
}
