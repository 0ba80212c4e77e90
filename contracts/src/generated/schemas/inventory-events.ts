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

export const inventoryReleaseRequestedV2: AvroRecord = {
  "type": "record",
  "name": "InventoryReleaseRequested",
  "namespace": "shop.inventory",
  "doc": "Asks to give back whatever stock an order, or an attempt of it, holds.",
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
    },
    {
      "name": "attempt",
      "doc": "Gives back what this one and those before it hold; a later one may take stock anew. Absent: the order is over, and none may.",
      "type": [
        "null",
        "int"
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

export const inventoryReleasedV2: AvroRecord = {
  "type": "record",
  "name": "InventoryReleased",
  "namespace": "shop.inventory",
  "doc": "An order, or an attempt of it, holds no stock; the answer is definitive.",
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
    },
    {
      "name": "attempt",
      "doc": "As it was asked: this one and those before it hold nothing. Absent: the order is over.",
      "type": [
        "null",
        "int"
      ],
      "default": null
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

export const inventoryReservationFailedV2: AvroRecord = {
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
    },
    {
      "name": "attempt",
      "doc": "The one that is refused; absent: 1.",
      "type": [
        "null",
        "int"
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

export const inventoryReservationRequestedV2: AvroRecord = {
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
    },
    {
      "name": "attempt",
      "doc": "From 1, also when absent. One more takes stock anew after it was released or refused; a late one of before takes nothing.",
      "type": [
        "null",
        "int"
      ],
      "default": null
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

export const inventoryReservedV2: AvroRecord = {
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
    },
    {
      "name": "attempt",
      "doc": "The one under which the stock is held; absent: 1.",
      "type": [
        "null",
        "int"
      ],
      "default": null
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
