// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { AvroRecord } from '../../avro/avro-schema.ts';

export const couponRedeemedV1: AvroRecord = {
  "type": "record",
  "name": "CouponRedeemed",
  "namespace": "shop.promotion",
  "doc": "A coupon was used by an order.",
  "fields": [
    {
      "name": "promotionId",
      "type": "string"
    },
    {
      "name": "couponCode",
      "type": "string"
    },
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "userId",
      "type": "string"
    },
    {
      "name": "discount",
      "type": {
        "type": "bytes",
        "logicalType": "decimal",
        "precision": 18,
        "scale": 4
      }
    },
    {
      "name": "redeemedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const couponReleasedV1: AvroRecord = {
  "type": "record",
  "name": "CouponReleased",
  "namespace": "shop.promotion",
  "doc": "A used coupon is free again, since its order was undone.",
  "fields": [
    {
      "name": "promotionId",
      "type": "string"
    },
    {
      "name": "couponCode",
      "type": "string"
    },
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "reason",
      "type": "string"
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

export const promotionActivatedV1: AvroRecord = {
  "type": "record",
  "name": "PromotionActivated",
  "namespace": "shop.promotion",
  "doc": "A promotion began to apply.",
  "fields": [
    {
      "name": "promotionId",
      "type": "string"
    },
    {
      "name": "activatedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const promotionCreatedV1: AvroRecord = {
  "type": "record",
  "name": "PromotionCreated",
  "namespace": "shop.promotion",
  "doc": "A promotion was planned.",
  "fields": [
    {
      "name": "promotionId",
      "type": "string"
    },
    {
      "name": "name",
      "type": "string"
    },
    {
      "name": "kind",
      "type": {
        "type": "enum",
        "name": "PromotionCreatedKind",
        "symbols": [
          "percentage",
          "fixed_amount",
          "free_shipping"
        ]
      }
    },
    {
      "name": "value",
      "doc": "Per cent or amount, by kind; 0 for free shipping.",
      "type": {
        "type": "bytes",
        "logicalType": "decimal",
        "precision": 18,
        "scale": 4
      }
    },
    {
      "name": "couponCode",
      "doc": "Absent: applies without a code.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "minimumTotal",
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
      "name": "maxRedemptions",
      "type": [
        "null",
        "int"
      ],
      "default": null
    },
    {
      "name": "startsAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "endsAt",
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
      "name": "createdAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const promotionEndedV1: AvroRecord = {
  "type": "record",
  "name": "PromotionEnded",
  "namespace": "shop.promotion",
  "doc": "A promotion no longer applies.",
  "fields": [
    {
      "name": "promotionId",
      "type": "string"
    },
    {
      "name": "reason",
      "type": {
        "type": "enum",
        "name": "PromotionEndedReason",
        "symbols": [
          "expired",
          "used_up",
          "stopped"
        ]
      }
    },
    {
      "name": "endedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};
