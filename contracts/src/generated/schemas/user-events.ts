// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { AvroRecord } from '../../avro/avro-schema.ts';

export const userDeletedV1: AvroRecord = {
  "type": "record",
  "name": "UserDeleted",
  "namespace": "shop.user",
  "doc": "An account was closed; other services forget its person.",
  "fields": [
    {
      "name": "userId",
      "type": "string"
    },
    {
      "name": "reason",
      "type": "string"
    },
    {
      "name": "deletedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const userLoginV1: AvroRecord = {
  "type": "record",
  "name": "UserLogin",
  "namespace": "shop.user",
  "doc": "Someone signed in to an account.",
  "fields": [
    {
      "name": "userId",
      "type": "string"
    },
    {
      "name": "loginMethod",
      "type": {
        "type": "enum",
        "name": "UserLoginLoginMethod",
        "symbols": [
          "password",
          "social",
          "sso"
        ]
      }
    },
    {
      "name": "ipAddress",
      "type": "string"
    },
    {
      "name": "location",
      "type": {
        "type": "record",
        "name": "UserLoginLocation",
        "fields": [
          {
            "name": "country",
            "type": "string"
          },
          {
            "name": "city",
            "type": "string"
          }
        ]
      }
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
      "name": "loggedInAt",
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

export const userProfileUpdatedV1: AvroRecord = {
  "type": "record",
  "name": "UserProfileUpdated",
  "namespace": "shop.user",
  "doc": "Fields of a profile changed; the values are those after the change.",
  "fields": [
    {
      "name": "userId",
      "type": "string"
    },
    {
      "name": "changedFields",
      "doc": "Names of the fields that changed; one that is named and absent was removed.",
      "type": {
        "type": "array",
        "items": "string"
      }
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
      "name": "name",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "phone",
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

export const userRegisteredV1: AvroRecord = {
  "type": "record",
  "name": "UserRegistered",
  "namespace": "shop.user",
  "doc": "An account was created.",
  "fields": [
    {
      "name": "userId",
      "type": "string"
    },
    {
      "name": "email",
      "type": "string"
    },
    {
      "name": "registrationMethod",
      "type": {
        "type": "enum",
        "name": "UserRegisteredRegistrationMethod",
        "symbols": [
          "email",
          "social",
          "phone"
        ]
      }
    },
    {
      "name": "isEmailVerified",
      "type": "boolean"
    },
    {
      "name": "name",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "registeredAt",
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
