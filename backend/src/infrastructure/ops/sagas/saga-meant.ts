import { isOver } from '@/infrastructure/saga/saga-filter';
import type { SagaView } from '@/infrastructure/saga/saga-view';
import { AmbiguousSagaError } from './sagas.errors';

/**
 * Which of the sagas about an id is meant by it: the one that has it, else the only one of the order, else the only one
 * of it that is not over. Undefined without any; throws `AmbiguousSagaError` otherwise.
 */
export function sagaMeant(id: string, about: readonly Pick<SagaView, 'id' | 'status'>[]): string | undefined {
  const [only, ...others] = about;
  if (!only || others.length === 0) return only?.id;
  if (about.some((saga) => saga.id === id)) return id;
  const [open, ...more] = about.filter(({ status }) => !isOver(status));
  if (open && more.length === 0) return open.id;
  throw new AmbiguousSagaError(
    id,
    about.map((saga) => saga.id),
  );
}
