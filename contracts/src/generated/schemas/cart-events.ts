// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { AvroRecord } from '../../avro/avro-schema.ts';

export const cartAbandonedV1: AvroRecord = {
  "type": "record",
  "name": "CartAbandoned",
  "namespace": "shop.cart",
  "doc": "A cart with something in it was left alone for long.",
  "fields": [
    {
      "name": "cartId",
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
      "name": "items",
      "type": {
        "type": "array",
        "items": {
          "type": "record",
          "name": "CartAbandonedItem",
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
              "type": [
                "null",
                {
                  "type": "bytes",
                  "logicalType": "decimal",
                  "precision": 18,
                  "scale": 4
                }
              ],
              "default": null
            }
          ]
        }
      }
    },
    {
      "name": "lastActivityAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "abandonedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const cartCheckedOutV1: AvroRecord = {
  "type": "record",
  "name": "CartCheckedOut",
  "namespace": "shop.cart",
  "doc": "A cart became an order.",
  "fields": [
    {
      "name": "cartId",
      "type": "string"
    },
    {
      "name": "userId",
      "type": "string"
    },
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
          "name": "CartCheckedOutItem",
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
              "type": [
                "null",
                {
                  "type": "bytes",
                  "logicalType": "decimal",
                  "precision": 18,
                  "scale": 4
                }
              ],
              "default": null
            }
          ]
        }
      }
    },
    {
      "name": "total",
      "type": [
        "null",
        {
          "type": "bytes",
          "logicalType": "decimal",
          "precision": 18,
          "scale": 4
        }
      ],
      "default": null
    },
    {
      "name": "checkedOutAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const cartClearedV1: AvroRecord = {
  "type": "record",
  "name": "CartCleared",
  "namespace": "shop.cart",
  "doc": "A cart was emptied.",
  "fields": [
    {
      "name": "cartId",
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
      "name": "clearedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const cartItemAddedV1: AvroRecord = {
  "type": "record",
  "name": "CartItemAdded",
  "namespace": "shop.cart",
  "doc": "The quantity of a product in a cart rose.",
  "fields": [
    {
      "name": "cartId",
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
      "name": "productId",
      "type": "string"
    },
    {
      "name": "quantity",
      "doc": "How many the cart holds afterwards.",
      "type": "int"
    },
    {
      "name": "price",
      "doc": "Price of one piece as it was shown.",
      "type": [
        "null",
        {
          "type": "bytes",
          "logicalType": "decimal",
          "precision": 18,
          "scale": 4
        }
      ],
      "default": null
    },
    {
      "name": "addedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const cartItemRemovedV1: AvroRecord = {
  "type": "record",
  "name": "CartItemRemoved",
  "namespace": "shop.cart",
  "doc": "The quantity of a product in a cart fell.",
  "fields": [
    {
      "name": "cartId",
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
      "name": "productId",
      "type": "string"
    },
    {
      "name": "quantity",
      "doc": "How many the cart holds afterwards.",
      "type": "int"
    },
    {
      "name": "removedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};
