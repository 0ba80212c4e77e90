import { describe, expect, it, vi } from 'vitest';
import { DuplicateHandlerError } from './consumer.errors';
import { EventConsumerService } from './event-consumer.service';

describe('registerHandler', () => {
  it('takes a function or an object with handle', async () => {
    const service = new EventConsumerService();
    const seen: string[] = [];
    const object = {
      prefix: 'object',
      async handle() {
        seen.push(this.prefix);
      },
    };
    service.registerHandler('order.created', async () => void seen.push('function'), { name: 'first' });
    service.registerHandler('order.created', object, { name: 'second' });
    for (const { run } of service.handlers()) await run({} as never, {} as never);
    expect(seen).toEqual(['function', 'object']);
  });

  it('tells whoever listens, at any time', () => {
    const service = new EventConsumerService();
    const listener = vi.fn();
    service.onRegistered(listener);
    service.registerHandler('user.login', () => undefined, { name: 'late' });
    expect(listener).toHaveBeenCalledWith(
      expect.objectContaining({ name: 'late', eventTypes: ['user.login'] }),
    );
  });

  it('names a handler after its function or class, and refuses the same name on the same type', () => {
    const service = new EventConsumerService();
    function sendMail() {}
    expect(service.registerHandler('order.created', sendMail).name).toBe('sendMail');
    expect(service.registerHandler('order.cancelled', sendMail).name).toBe('sendMail');
    expect(() => service.registerHandler(['user.login', 'order.created'], sendMail)).toThrow(
      DuplicateHandlerError,
    );
  });
});
