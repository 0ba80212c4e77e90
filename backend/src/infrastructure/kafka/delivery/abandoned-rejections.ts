import { loggerOf } from '@/infrastructure/observability/logger';
import { currentDelivery } from './delivery-context';
import { describeError } from './failure';

let holders = 0;

/**
 * A promise that a handler did not await may reject when the handler has long returned; Node ends the process for it,
 * and with it every other handler. While held, such a rejection is logged instead. It is known by the asynchronous
 * context it comes from: any other rejection stays what it would be without us, Node's to end the process for, or
 * another listener's. Returns how to let go.
 */
export function holdAbandonedRejections(): () => void {
  if (holders === 0) process.on('unhandledRejection', onUnhandled);
  holders += 1;
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    holders -= 1;
    if (holders === 0) process.off('unhandledRejection', onUnhandled);
  };
}

function onUnhandled(reason: unknown): void {
  const delivery = currentDelivery();
  if (delivery) {
    const { group, handler, topic, partition, offset } = delivery;
    loggerOf('kafka').error(
      { group, handler, topic, partition, offset: String(offset), cause: describeError(reason) },
      'a handler left a rejected promise behind; it did not count for the event',
    );
    return;
  }
  // Listening took Node's own answer away, which is to throw it.
  if (process.listenerCount('unhandledRejection') === 1) throw reason;
}
