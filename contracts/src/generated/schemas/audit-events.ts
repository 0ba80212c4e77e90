// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { AvroRecord } from '../../avro/avro-schema.ts';

export const auditAccessDeniedV1: AvroRecord = {
  "type": "record",
  "name": "AuditAccessDenied",
  "namespace": "shop.audit",
  "doc": "Someone asked for what they may not have.",
  "fields": [
    {
      "name": "actorId",
      "type": "string"
    },
    {
      "name": "action",
      "type": "string"
    },
    {
      "name": "resource",
      "type": "string"
    },
    {
      "name": "reason",
      "type": "string"
    },
    {
      "name": "ipAddress",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const auditLoginFailedV1: AvroRecord = {
  "type": "record",
  "name": "AuditLoginFailed",
  "namespace": "shop.audit",
  "doc": "Someone failed to sign in.",
  "fields": [
    {
      "name": "actorId",
      "doc": "The account, or a digest of the address where there is none.",
      "type": "string"
    },
    {
      "name": "email",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "reason",
      "type": "string"
    },
    {
      "name": "ipAddress",
      "type": "string"
    },
    {
      "name": "userAgent",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const auditRecordedV1: AvroRecord = {
  "type": "record",
  "name": "AuditRecorded",
  "namespace": "shop.audit",
  "doc": "Someone with special rights did something.",
  "fields": [
    {
      "name": "auditId",
      "type": "string"
    },
    {
      "name": "actorId",
      "type": "string"
    },
    {
      "name": "action",
      "type": "string"
    },
    {
      "name": "resource",
      "type": "string"
    },
    {
      "name": "topic",
      "doc": "Topic, partition and offset name the record that was acted on.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "partition",
      "type": [
        "null",
        "int"
      ],
      "default": null
    },
    {
      "name": "offset",
      "type": [
        "null",
        "long"
      ],
      "default": null
    },
    {
      "name": "eventType",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "eventId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    },
    {
      "name": "details",
      "doc": "A JSON object.",
      "type": [
        "null",
        {
          "type": "string",
          "logicalType": "json"
        }
      ],
      "default": null
    }
  ]
};
