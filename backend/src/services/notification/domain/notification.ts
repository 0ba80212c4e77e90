const TEMPLATES = ['welcome', 'order-confirmation', 'order-completed', 'order-cancelled'] as const;

export type Template = (typeof TEMPLATES)[number];

export type OrderTemplate = Exclude<Template, 'welcome'>;

/** One per template and subject matter for good, so that a repeated event asks for the same notification. */
export const notificationIdOf = (template: Template, reference: string): string => `${template}:${reference}`;

export const isTemplate = (name: string): name is Template => (TEMPLATES as readonly string[]).includes(name);

/** Why nothing was sent; a repetition would not change it. */
export interface Refusal {
  readonly code:
    | 'NO_CONTACT'
    | 'UNKNOWN_TEMPLATE'
    | 'UNKNOWN_ORDER'
    | 'CHANNEL_NOT_SUPPORTED'
    | 'RECIPIENT_REFUSED';
  readonly message: string;
}

export interface Contact {
  readonly email: string;
  readonly name: string | null;
}

export interface OrderFacts {
  readonly orderId: string;
  readonly userId: string;
  readonly email: string | null;
  readonly currency: string;
  readonly total: number;
  readonly lines: readonly {
    readonly productId: string;
    readonly quantity: number;
    readonly price: number;
  }[];
  readonly cancelReason: string | null;
}
