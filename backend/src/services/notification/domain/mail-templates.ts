import type { OrderFacts, OrderTemplate, Template } from './notification';

export interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

interface Draft {
  readonly subject: string;
  readonly paragraphs: readonly string[];
}

const SHORT_ID = 8;

const REASONS: Readonly<Record<string, string>> = {
  CARD_DECLINED: 'the card was declined',
  OUT_OF_STOCK: 'something in it is sold out',
  COUNTRY_NOT_SERVED: 'our carrier does not deliver to that country',
};

const inWords = (reason: string): string => REASONS[reason] ?? reason;

/** The subject alone, for the request that precedes the letter. */
export function subjectOf(template: Template, orderId?: string): string {
  const order = orderId === undefined ? 'your order' : `order ${shortened(orderId)}`;
  const subjects: Record<Template, string> = {
    welcome: 'Welcome to the shop',
    'order-confirmation': `We have received ${order}`,
    'order-completed': `Done: ${order} is on its way`,
    'order-cancelled': `Cancelled: ${order}`,
  };
  return subjects[template];
}

export function welcomeLetter(name: string | null): Letter {
  return toLetter({
    subject: subjectOf('welcome'),
    paragraphs: [
      `Hello${name === null ? '' : ` ${name}`},`,
      'your account is ready. Have a look around; what you put into the cart stays there.',
      'Yours, the shop',
    ],
  });
}

export function orderLetter(template: OrderTemplate, order: OrderFacts, name: string | null): Letter {
  return toLetter({
    subject: subjectOf(template, order.orderId),
    paragraphs: [
      `Hello${name === null ? '' : ` ${name}`},`,
      ...orderParagraphs(template, order),
      'Yours, the shop',
    ],
  });
}

function orderParagraphs(template: OrderTemplate, order: OrderFacts): string[] {
  const total = money(order.total, order.currency);
  switch (template) {
    case 'order-confirmation':
      return [
        `thank you for order ${order.orderId}.`,
        ...order.lines.map(
          (line) => `${line.quantity} × ${line.productId}, ${money(line.price, order.currency)} each`,
        ),
        `Total: ${total}`,
      ];
    case 'order-completed':
      return [`order ${order.orderId} is paid, packed and on its way. Total: ${total}`];
    case 'order-cancelled':
      return [
        `order ${order.orderId} was cancelled${order.cancelReason === null ? '' : `: ${inWords(order.cancelReason)}`}.`,
        'Nothing is owed; whatever was paid goes back to your card.',
      ];
  }
}

function toLetter({ subject, paragraphs }: Draft): Letter {
  return {
    subject,
    text: `${paragraphs.join('\n\n')}\n`,
    html: paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`).join('\n'),
  };
}

const shortened = (orderId: string): string =>
  orderId.length > 2 * SHORT_ID ? orderId.slice(-SHORT_ID) : orderId;

const money = (amount: number, currency: string): string => `${amount.toFixed(2)} ${currency}`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
