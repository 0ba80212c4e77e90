// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { AvroRecord } from '../../avro/avro-schema.ts';

export const inventoryReleaseRequestedV1: AvroRecord = {
  "type": "record",
  "name": "InventoryReleaseRequested",
  "namespace": "shop.inventory",
  "doc": "Asks to give back whatever stock an order holds.",
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

export const inventoryReleasedV1: AvroRecord = {
  "type": "record",
  "name": "InventoryReleased",
  "namespace": "shop.inventory",
  "doc": "An order holds no stock; the answer is definitive.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "items",
      "doc": "Empty when nothing had been taken.",
      "type": {
        "type": "array",
        "items": {
          "type": "record",
          "name": "InventoryReleasedItem",
          "fields": [
            {
              "name": "productId",
              "type": "string"
            },
            {
              "name": "quantity",
              "type": "int"
            }
          ]
        }
      }
    },
    {
      "name": "releasedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const inventoryReservationFailedV1: AvroRecord = {
  "type": "record",
  "name": "InventoryReservationFailed",
  "namespace": "shop.inventory",
  "doc": "Not all of the stock is there; none was taken.",
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
      "name": "productId",
      "doc": "The first product that is short.",
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

export const inventoryReservationRequestedV1: AvroRecord = {
  "type": "record",
  "name": "InventoryReservationRequested",
  "namespace": "shop.inventory",
  "doc": "Asks for the stock of an order, all of it or none.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "items",
      "type": {
        "type": "array",
        "items": {
          "type": "record",
          "name": "InventoryReservationRequestedItem",
          "fields": [
            {
              "name": "productId",
              "type": "string"
            },
            {
              "name": "quantity",
              "type": "int"
            }
          ]
        }
      }
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

export const inventoryReservedV1: AvroRecord = {
  "type": "record",
  "name": "InventoryReserved",
  "namespace": "shop.inventory",
  "doc": "The stock of an order is taken.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "items",
      "type": {
        "type": "array",
        "items": {
          "type": "record",
          "name": "InventoryReservedItem",
          "fields": [
            {
              "name": "productId",
              "type": "string"
            },
            {
              "name": "quantity",
              "type": "int"
            }
          ]
        }
      }
    },
    {
      "name": "reservedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const inventoryStockLowV1: AvroRecord = {
  "type": "record",
  "name": "InventoryStockLow",
  "namespace": "shop.inventory",
  "doc": "The stock of a product fell to its threshold; said once per crossing.",
  "fields": [
    {
      "name": "productId",
      "type": "string"
    },
    {
      "name": "available",
      "type": "int"
    },
    {
      "name": "threshold",
      "type": "int"
    },
    {
      "name": "detectedAt",
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

export const inventoryStockUpdatedV1: AvroRecord = {
  "type": "record",
  "name": "InventoryStockUpdated",
  "namespace": "shop.inventory",
  "doc": "The stock of a product changed; the counts are those after the change.",
  "fields": [
    {
      "name": "productId",
      "type": "string"
    },
    {
      "name": "available",
      "type": "int"
    },
    {
      "name": "reserved",
      "type": "int"
    },
    {
      "name": "delta",
      "doc": "Change of `available`; negative when stock was taken.",
      "type": "int"
    },
    {
      "name": "reason",
      "type": "string"
    },
    {
      "name": "version",
      "doc": "Rises by one with each change of the product.",
      "type": "long"
    },
    {
      "name": "updatedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "orderId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    }
  ]
};
