// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { AvroRecord } from '../../avro/avro-schema.ts';

export const notificationFailedV1: AvroRecord = {
  "type": "record",
  "name": "NotificationFailed",
  "namespace": "shop.notification",
  "doc": "A message could not be sent, and will not be.",
  "fields": [
    {
      "name": "notificationId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "userId",
      "type": "string"
    },
    {
      "name": "channel",
      "type": {
        "type": "enum",
        "name": "NotificationFailedChannel",
        "symbols": [
          "email",
          "sms",
          "push"
        ]
      }
    },
    {
      "name": "template",
      "type": "string"
    },
    {
      "name": "subject",
      "type": "string"
    },
    {
      "name": "orderId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "code",
      "type": "string"
    },
    {
      "name": "message",
      "type": "string"
    },
    {
      "name": "failedAt",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null
    }
  ]
};

export const notificationRequestedV1: AvroRecord = {
  "type": "record",
  "name": "NotificationRequested",
  "namespace": "shop.notification",
  "doc": "Asks for a message to a user.",
  "fields": [
    {
      "name": "notificationId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "userId",
      "type": "string"
    },
    {
      "name": "channel",
      "type": {
        "type": "enum",
        "name": "NotificationRequestedChannel",
        "symbols": [
          "email",
          "sms",
          "push"
        ]
      }
    },
    {
      "name": "template",
      "type": "string"
    },
    {
      "name": "subject",
      "type": "string"
    },
    {
      "name": "orderId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "requestedAt",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null
    }
  ]
};

export const notificationSentV1: AvroRecord = {
  "type": "record",
  "name": "NotificationSent",
  "namespace": "shop.notification",
  "doc": "A message was given to its channel.",
  "fields": [
    {
      "name": "notificationId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "userId",
      "type": "string"
    },
    {
      "name": "channel",
      "type": {
        "type": "enum",
        "name": "NotificationSentChannel",
        "symbols": [
          "email",
          "sms",
          "push"
        ]
      }
    },
    {
      "name": "template",
      "type": "string"
    },
    {
      "name": "subject",
      "type": "string"
    },
    {
      "name": "orderId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "messageId",
      "doc": "The channel's id of the message.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "sentAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};
