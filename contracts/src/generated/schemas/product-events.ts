// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { AvroRecord } from '../../avro/avro-schema.ts';

export const productCreatedV1: AvroRecord = {
  "type": "record",
  "name": "ProductCreated",
  "namespace": "shop.product",
  "doc": "A product entered the catalogue.",
  "fields": [
    {
      "name": "productId",
      "type": "string"
    },
    {
      "name": "name",
      "type": "string"
    },
    {
      "name": "description",
      "type": "string"
    },
    {
      "name": "price",
      "type": {
        "type": "bytes",
        "logicalType": "decimal",
        "precision": 18,
        "scale": 4
      }
    },
    {
      "name": "category",
      "type": "string"
    },
    {
      "name": "imageUrl",
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
      "name": "createdAt",
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

export const productDiscontinuedV1: AvroRecord = {
  "type": "record",
  "name": "ProductDiscontinued",
  "namespace": "shop.product",
  "doc": "A product left the catalogue.",
  "fields": [
    {
      "name": "productId",
      "type": "string"
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
      "name": "discontinuedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const productPriceChangedV1: AvroRecord = {
  "type": "record",
  "name": "ProductPriceChanged",
  "namespace": "shop.product",
  "doc": "A product has another price.",
  "fields": [
    {
      "name": "productId",
      "type": "string"
    },
    {
      "name": "oldPrice",
      "type": {
        "type": "bytes",
        "logicalType": "decimal",
        "precision": 18,
        "scale": 4
      }
    },
    {
      "name": "newPrice",
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
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "changedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const productUpdatedV1: AvroRecord = {
  "type": "record",
  "name": "ProductUpdated",
  "namespace": "shop.product",
  "doc": "The description of a product changed; the values are those after the change.",
  "fields": [
    {
      "name": "productId",
      "type": "string"
    },
    {
      "name": "name",
      "type": "string"
    },
    {
      "name": "description",
      "type": "string"
    },
    {
      "name": "category",
      "type": "string"
    },
    {
      "name": "imageUrl",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "updatedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};
