import { z } from 'zod';
import { pageQuery } from '@/infrastructure/http/page';
import { idText } from '@/infrastructure/http/validation';
import { scopeQuery } from '../ops-peers';

const names = { topic: idText.optional(), group: idText.optional(), handler: idText.optional() };

export const accountsQuery = z.strictObject({
  ...pageQuery({ limit: 100, max: 500 }),
  ...names,
  ...scopeQuery,
  /** `partitions`: each account with those of its partitions. */
  detail: z.enum(['partitions']).optional(),
});

export const auditQuery = z.object(scopeQuery);

export const auditBody = z
  .strictObject({
    ...names,
    /** Of an audit that another process was asked for, and this one has a part in. */
    id: z.uuid().optional(),
  })
  .prefault({});

export const auditParams = z.object({ id: z.uuid() });
