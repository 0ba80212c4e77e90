import { type EventType, eventTopology, eventTypes, type ServiceName } from '@shop/contracts';
import { CodedError, type Fault } from '@/infrastructure/errors/coded-error';
import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';

/** A service handles what the topology does not say, or the other way round; it does not start. */
class TopologyMismatchError extends CodedError {
  readonly code = 'TOPOLOGY_MISMATCH';
  readonly retryable = false;
}

/** The topology is drawn, granted and documented from; a service that does otherwise does not start. */
export function checkTopology(service: ServiceName, handlers: readonly HandlerRegistration[]): void {
  const handled = new Set(handlers.flatMap((handler) => handler.eventTypes));
  const faults: Fault[] = eventTypes.flatMap((eventType: EventType) => {
    const { consumers, status } = eventTopology[eventType];
    const declared = consumers.includes(service);
    if (handled.has(eventType) && !declared) {
      return [{ path: eventType, message: `${service} handles it, the topology does not say so` }];
    }
    if (declared && status === 'active' && !handled.has(eventType)) {
      return [
        { path: eventType, message: `the topology says that ${service} handles it; it has no handler` },
      ];
    }
    return [];
  });
  if (faults.length === 0) return;
  const lines = faults.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new TopologyMismatchError(`Handlers and topology differ. ${lines}`, { faults });
}
