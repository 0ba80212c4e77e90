import { currentDelivery, type ReplayScope } from '@/infrastructure/kafka/delivery/delivery-context';

/** The replay whose handler is running, undefined outside of one. */
export const currentReplay = (): ReplayScope | undefined => currentDelivery()?.replay;

export interface MuteOptions {
  /** Of the port, as a replay's report names it. */
  readonly name: string;
  /** What a muted call answers; default: undefined. */
  readonly answer?: (method: string, args: readonly unknown[]) => unknown;
}

/**
 * A port to the world outside of PostgreSQL, such as a mail server or a payment provider, that does nothing while a
 * `rebuild` or `dry` replay runs the handler: the call is noted in the replay's report and answered with a promise.
 */
export function muteInReplay<Port extends object>(port: Port, { name, answer }: MuteOptions): Port {
  return new Proxy(port, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const mute = currentReplay()?.mute;
        if (!mute) return Reflect.apply(member, target, args);
        mute(`${name}.${String(property)}`);
        return Promise.resolve(answer?.(String(property), args));
      };
    },
  });
}
