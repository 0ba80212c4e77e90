import type { ModulesContainer } from '@nestjs/core';
import type { EventConsumerService } from './event-consumer.service';
import type { AnyHandler, HandlerOptions } from './handler';
import { type HandledEvent, handlerDeclarations } from './kafka-handler.decorator';

type NestModule = ReturnType<ModulesContainer['get']> & object;

/**
 * Registers every `@KafkaHandler` of the modules for which `consumer` is the nearest one by imports. A class that is
 * provided by several modules is registered once for each instance of its own.
 */
export function registerDeclaredHandlers(
  modules: ModulesContainer,
  token: unknown,
  consumer: EventConsumerService,
): void {
  for (const module of modules.values()) {
    if (nearest(module, token) !== consumer) continue;
    for (const wrapper of module.providers.values()) {
      const { instance, metatype } = wrapper;
      if (!instance || typeof metatype !== 'function' || wrapper.isAlias) continue;
      for (const { method, events, options } of handlerDeclarations(metatype)) {
        const name =
          options.name ?? (method === undefined ? metatype.name : `${metatype.name}.${String(method)}`);
        const target = instance as Record<string | symbol, AnyHandler>;
        const run: AnyHandler = (event, context) => target[method ?? 'handle']?.(event, context);
        register(consumer, events, run, { ...resetOf(target, options), ...options, name });
      }
    }
  }
}

/** A class whose tables can be rebuilt empties them by its own `reset`. */
function resetOf(target: Record<string | symbol, AnyHandler>, { rebuilds }: HandlerOptions): HandlerOptions {
  if (!rebuilds || typeof target['reset'] !== 'function') return {};
  const host = target as unknown as { reset(): Promise<unknown> };
  return { reset: () => host.reset() };
}

function register(
  consumer: EventConsumerService,
  events: readonly HandledEvent[],
  run: AnyHandler,
  options: HandlerOptions,
): void {
  const builtIn = events.filter((event) => typeof event === 'string');
  if (builtIn.length > 0) consumer.registerHandler(builtIn, run, options);
  for (const event of events) if (typeof event !== 'string') consumer.registerHandler(event, run, options);
}

/** Breadth first through the imports, so that a module's own import wins over one further away. */
function nearest(start: NestModule, token: unknown): unknown {
  const seen = new Set<NestModule>([start]);
  let level: NestModule[] = [start];
  while (level.length > 0) {
    for (const module of level) {
      const found = module.providers.get(token as never)?.instance;
      if (found) return found;
    }
    level = level.flatMap((module) => [...module.imports]).filter((module) => !seen.has(module));
    for (const module of level) seen.add(module);
  }
  return undefined;
}
