import type { SagaPosition } from '@/infrastructure/saga/saga-queries';

/** The time is of fixed form, so that the texts sort like the list does. */
export const positionText = ({ startedAt, id }: SagaPosition): string => `${startedAt} ${id}`;

const POSITION = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (.+)$/s;

export const isPosition = (text: string): boolean => POSITION.test(text);

export function positionOf(text: string): SagaPosition | undefined {
  const [, startedAt, id] = POSITION.exec(text) ?? [];
  return startedAt === undefined || id === undefined ? undefined : { startedAt, id };
}
