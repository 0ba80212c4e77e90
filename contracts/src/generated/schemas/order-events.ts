// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { AvroRecord } from '../../avro/avro-schema.ts';

export const orderCancelRequestedV1: AvroRecord = {
  "type": "record",
  "name": "OrderCancelRequested",
  "namespace": "shop.order",
  "doc": "The buyer, or a person of the shop, wants an order stopped.",
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
      "name": "reason",
      "type": "string"
    },
    {
      "name": "requestedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const orderCancelledV1: AvroRecord = {
  "type": "record",
  "name": "OrderCancelled",
  "namespace": "shop.order",
  "doc": "An order ended without effect; what was done for it is undone.",
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
      "name": "reason",
      "type": "string"
    },
    {
      "name": "cancelledAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "email",
      "type": [
        "null",
        "string"
      ],
      "default": null
    }
  ]
};

export const orderCompletedV1: AvroRecord = {
  "type": "record",
  "name": "OrderCompleted",
  "namespace": "shop.order",
  "doc": "An order is paid, reserved and on its way.",
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
      "name": "total",
      "type": {
        "type": "bytes",
        "logicalType": "decimal",
        "precision": 18,
        "scale": 4
      }
    },
    {
      "name": "completedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "currency",
      "doc": "ISO 4217.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "email",
      "type": [
        "null",
        "string"
      ],
      "default": null
    }
  ]
};

export const orderCreatedV1: AvroRecord = {
  "type": "record",
  "name": "OrderCreated",
  "namespace": "shop.order",
  "doc": "An order was accepted; nothing is promised yet.",
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
      "name": "items",
      "type": {
        "type": "array",
        "items": {
          "type": "record",
          "name": "OrderCreatedItem",
          "fields": [
            {
              "name": "productId",
              "type": "string"
            },
            {
              "name": "quantity",
              "type": "int"
            },
            {
              "name": "price",
              "doc": "Price of one piece.",
              "type": {
                "type": "bytes",
                "logicalType": "decimal",
                "precision": 18,
                "scale": 4
              }
            }
          ]
        }
      }
    },
    {
      "name": "totals",
      "type": {
        "type": "record",
        "name": "OrderCreatedTotals",
        "fields": [
          {
            "name": "subtotal",
            "type": {
              "type": "bytes",
              "logicalType": "decimal",
              "precision": 18,
              "scale": 4
            }
          },
          {
            "name": "tax",
            "type": {
              "type": "bytes",
              "logicalType": "decimal",
              "precision": 18,
              "scale": 4
            }
          },
          {
            "name": "shipping",
            "type": {
              "type": "bytes",
              "logicalType": "decimal",
              "precision": 18,
              "scale": 4
            }
          },
          {
            "name": "total",
            "type": {
              "type": "bytes",
              "logicalType": "decimal",
              "precision": 18,
              "scale": 4
            }
          }
        ]
      }
    },
    {
      "name": "createdAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "shippingAddress",
      "doc": "Absent: nothing has to be carried.",
      "type": [
        "null",
        {
          "type": "record",
          "name": "OrderCreatedShippingAddress",
          "fields": [
            {
              "name": "name",
              "type": "string"
            },
            {
              "name": "line1",
              "type": "string"
            },
            {
              "name": "city",
              "type": "string"
            },
            {
              "name": "postalCode",
              "type": "string"
            },
            {
              "name": "country",
              "doc": "ISO 3166-1 alpha-2.",
              "type": "string"
            }
          ]
        }
      ],
      "default": null
    },
    {
      "name": "paymentMethod",
      "doc": "The payment provider's name of the means of payment.",
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
    },
    {
      "name": "couponCode",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "email",
      "doc": "Where the confirmation goes.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "flow",
      "doc": "Who drives the order; stamped at creation, so that a switch in flight is safe.",
      "type": [
        "null",
        {
          "type": "enum",
          "name": "OrderCreatedFlow",
          "symbols": [
            "saga",
            "choreography"
          ]
        }
      ],
      "default": null
    }
  ]
};

export const orderStatusUpdatedV1: AvroRecord = {
  "type": "record",
  "name": "OrderStatusUpdated",
  "namespace": "shop.order",
  "doc": "An order moved from one status to the next.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "oldStatus",
      "type": "string"
    },
    {
      "name": "newStatus",
      "type": "string"
    },
    {
      "name": "updatedBy",
      "doc": "Person or part of the platform that moved it.",
      "type": "string"
    },
    {
      "name": "userId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "reason",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "updatedAt",
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
