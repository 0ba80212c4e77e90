/** What a side measured, in one run. */
export type Measured = Readonly<Record<string, number>>;

export interface Stage {
  /** The parent may go on with what waits for this side. */
  ready(): void;
  /** Shows what is no figure of the result. */
  say(text: string): void;
}

/** One contestant, control or helper: a module in `sides/`, run in a process of its own. */
export interface SideModule {
  run(params: unknown, stage: Stage): Promise<Measured>;
}

export interface ToChild {
  readonly name: string;
  readonly params: unknown;
}

export type FromChild =
  | { readonly kind: 'ready' }
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'measured'; readonly measured: Measured }
  | { readonly kind: 'failed'; readonly message: string };

/** Resolves when the message is on its way, so that the process may end. */
export const toParent = (message: FromChild): Promise<void> =>
  new Promise((resolve, reject) => {
    process.send?.(message, undefined, undefined, (error) => (error ? reject(error) : resolve()));
  });

export const fault = (error: unknown): string =>
  error instanceof Error
    ? `${error.stack ?? error.message}${error.cause ? `\ncaused by ${fault(error.cause)}` : ''}`
    : String(error);
