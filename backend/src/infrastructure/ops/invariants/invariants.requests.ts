import { z } from 'zod';

export const checkBody = z
  .strictObject({
    /** Nothing is on its way any more: an order that has not ended is a violation. */
    settled: z.boolean().default(false),
    /** What moved within this time is on its way and only named. */
    youngSeconds: z.int().min(0).max(86_400).default(120),
  })
  .prefault({});
