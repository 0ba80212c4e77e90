import type { EventEnvelope } from '@shop/contracts';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import { handlerDeliveryOptions, type RetryInput } from '@/infrastructure/kafka/delivery/delivery.options';
import type {
  AnyBatchHandler,
  AnyHandler,
  BatchHandlerOptions,
  EventHandler,
  HandlerOptions,
  HandlerRegistration,
} from './handler';

const EVENTS_OF_A_BATCH = 500;

/** What a module says for all its handlers; a handler's own words come first. */
export interface RegistrationDefaults {
  readonly retry?: RetryInput;
  readonly onDead?: 'wait' | 'flow';
}

export function registrationOf(
  eventTypes: readonly string[],
  handler: EventHandler<never>,
  options: HandlerOptions,
  defaults: RegistrationDefaults,
): HandlerRegistration {
  const name = options.name ?? nameOf(handler);
  return {
    eventTypes,
    name,
    options: checkedOptions(name, options, defaults),
    run: toFunction(handler as EventHandler<EventEnvelope<string, unknown>>),
  };
}

export function batchRegistrationOf(
  eventTypes: readonly string[],
  run: AnyBatchHandler,
  { maxEvents = EVENTS_OF_A_BATCH, ...options }: BatchHandlerOptions,
  defaults: RegistrationDefaults,
): HandlerRegistration {
  const name = options.name ?? (run.name === '' ? 'handler' : run.name);
  const faults =
    Number.isInteger(maxEvents) && maxEvents >= 1 && maxEvents <= 10_000
      ? []
      : [{ path: `${name}.maxEvents`, message: 'must be from 1 to 10000' }];
  if (faults.length > 0) throw new ConfigurationError(faults);
  return {
    eventTypes,
    name,
    options: checkedOptions(name, options, defaults),
    run: (event, context) => run([{ event, context, within: (work) => work() }]),
    batch: { run, maxEvents },
  };
}

/** Throws `ConfigurationError` with every fault, each under the handler's name. */
function checkedOptions(
  handler: string,
  { name: _, effects, from, interleaves, independent, reset, rebuilds, ...delivery }: HandlerOptions,
  defaults: RegistrationDefaults,
): HandlerRegistration['options'] {
  const checked = handlerDeliveryOptions.safeParse({
    ...(defaults.onDead === undefined ? {} : { onDead: defaults.onDead }),
    ...delivery,
    retry: { ...defaults.retry, ...delivery.retry },
  });
  if (!checked.success) {
    throw new ConfigurationError(
      checked.error.issues.map(({ path, message }) => ({ path: [handler, ...path].join('.'), message })),
    );
  }
  return {
    ...checked.data,
    effects: effects ?? 'transaction',
    from: from ?? 'beginning',
    interleaves: interleaves ?? false,
    independent: independent ?? false,
    effectsDeclared: effects !== undefined,
    ...(reset === undefined ? {} : { reset }),
    ...(rebuilds === undefined ? {} : { rebuilds }),
  };
}

function toFunction(handler: EventHandler<EventEnvelope<string, unknown>>): AnyHandler {
  return typeof handler === 'function' ? handler : (event, context) => handler.handle(event, context);
}

function nameOf(handler: EventHandler<never>): string {
  const name = typeof handler === 'function' ? handler.name : handler.constructor.name;
  return name === '' || name === 'Object' ? 'handler' : name.replace(/^bound /, '');
}
