// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { AvroRecord } from '../../avro/avro-schema.ts';

export const reviewApprovedV1: AvroRecord = {
  "type": "record",
  "name": "ReviewApproved",
  "namespace": "shop.review",
  "doc": "A review is shown and counts.",
  "fields": [
    {
      "name": "productId",
      "type": "string"
    },
    {
      "name": "reviewId",
      "type": "string"
    },
    {
      "name": "rating",
      "doc": "1 to 5.",
      "type": "int"
    },
    {
      "name": "moderatorId",
      "doc": "Absent when no person looked.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "approvedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const reviewRejectedV1: AvroRecord = {
  "type": "record",
  "name": "ReviewRejected",
  "namespace": "shop.review",
  "doc": "A review will not be shown.",
  "fields": [
    {
      "name": "productId",
      "type": "string"
    },
    {
      "name": "reviewId",
      "type": "string"
    },
    {
      "name": "reason",
      "type": "string"
    },
    {
      "name": "moderatorId",
      "doc": "Absent when no person looked.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "rejectedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const reviewSubmittedV1: AvroRecord = {
  "type": "record",
  "name": "ReviewSubmitted",
  "namespace": "shop.review",
  "doc": "A buyer wrote a review; it is not shown yet.",
  "fields": [
    {
      "name": "productId",
      "type": "string"
    },
    {
      "name": "reviewId",
      "type": "string"
    },
    {
      "name": "userId",
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
      "name": "rating",
      "doc": "1 to 5.",
      "type": "int"
    },
    {
      "name": "title",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "text",
      "type": "string"
    },
    {
      "name": "submittedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};
