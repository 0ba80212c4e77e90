// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { AvroRecord } from '../../avro/avro-schema.ts';

export const paymentCompletedV1: AvroRecord = {
  "type": "record",
  "name": "PaymentCompleted",
  "namespace": "shop.payment",
  "doc": "The amount is captured.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "paymentId",
      "type": "string"
    },
    {
      "name": "amount",
      "type": {
        "type": "bytes",
        "logicalType": "decimal",
        "precision": 18,
        "scale": 4
      }
    },
    {
      "name": "currency",
      "doc": "ISO 4217.",
      "type": "string"
    },
    {
      "name": "completedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const paymentFailedV1: AvroRecord = {
  "type": "record",
  "name": "PaymentFailed",
  "namespace": "shop.payment",
  "doc": "The provider refused for good; nothing was captured.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
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
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "paymentId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    }
  ]
};

export const paymentRefundFailedV1: AvroRecord = {
  "type": "record",
  "name": "PaymentRefundFailed",
  "namespace": "shop.payment",
  "doc": "The provider refused the refund for good; a person must act.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
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
      "name": "amountAtRisk",
      "type": {
        "type": "bytes",
        "logicalType": "decimal",
        "precision": 18,
        "scale": 4
      }
    },
    {
      "name": "paymentId",
      "type": [
        "null",
        "string"
      ],
      "default": null
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

export const paymentRefundRequestedV1: AvroRecord = {
  "type": "record",
  "name": "PaymentRefundRequested",
  "namespace": "shop.payment",
  "doc": "Asks to make an order not paid: cancel, or refund what was captured.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "reason",
      "type": "string"
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

export const paymentRefundedV1: AvroRecord = {
  "type": "record",
  "name": "PaymentRefunded",
  "namespace": "shop.payment",
  "doc": "The order is not paid; the answer is definitive.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "paymentId",
      "doc": "Absent when no payment had been started.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "amount",
      "doc": "0 when nothing had been captured.",
      "type": {
        "type": "bytes",
        "logicalType": "decimal",
        "precision": 18,
        "scale": 4
      }
    },
    {
      "name": "refundedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "refundId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "currency",
      "doc": "ISO 4217.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    }
  ]
};

export const paymentRequestedV1: AvroRecord = {
  "type": "record",
  "name": "PaymentRequested",
  "namespace": "shop.payment",
  "doc": "Asks for the total of an order to be captured.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "userId",
      "type": "string"
    },
    {
      "name": "amount",
      "type": {
        "type": "bytes",
        "logicalType": "decimal",
        "precision": 18,
        "scale": 4
      }
    },
    {
      "name": "currency",
      "doc": "ISO 4217.",
      "type": "string"
    },
    {
      "name": "paymentMethod",
      "type": "string"
    },
    {
      "name": "deadline",
      "doc": "After it no answer is waited for.",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};
