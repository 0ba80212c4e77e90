// Made by `npm run contracts -- generate` from topics/; do not edit.

/** A message could not be sent, and will not be. */
export interface NotificationFailedData {
  readonly notificationId?: string | undefined;
  readonly userId: string;
  readonly channel: 'email' | 'sms' | 'push';
  readonly template: string;
  readonly subject: string;
  readonly orderId?: string | undefined;
  readonly code: string;
  readonly message: string;
  readonly failedAt?: string | undefined;
}

/** Asks for a message to a user. */
export interface NotificationRequestedData {
  readonly notificationId?: string | undefined;
  readonly userId: string;
  readonly channel: 'email' | 'sms' | 'push';
  readonly template: string;
  readonly subject: string;
  readonly orderId?: string | undefined;
  readonly requestedAt?: string | undefined;
}

/** A message was given to its channel. */
export interface NotificationSentData {
  readonly notificationId?: string | undefined;
  readonly userId: string;
  readonly channel: 'email' | 'sms' | 'push';
  readonly template: string;
  readonly subject: string;
  readonly orderId?: string | undefined;
  /** The channel's id of the message. */
  readonly messageId?: string | undefined;
  readonly sentAt: string;
}
