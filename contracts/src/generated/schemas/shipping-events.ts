// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { AvroRecord } from '../../avro/avro-schema.ts';

export const shipmentCancelRequestedV1: AvroRecord = {
  "type": "record",
  "name": "ShipmentCancelRequested",
  "namespace": "shop.shipping",
  "doc": "Asks to stop the shipment of an order.",
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

export const shipmentCancelledV1: AvroRecord = {
  "type": "record",
  "name": "ShipmentCancelled",
  "namespace": "shop.shipping",
  "doc": "Nothing of the order is shipped; the answer is definitive.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "shipmentId",
      "doc": "Absent when no shipment had been made.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "cancelledAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const shipmentCreatedV1: AvroRecord = {
  "type": "record",
  "name": "ShipmentCreated",
  "namespace": "shop.shipping",
  "doc": "A carrier took the order over.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "shipmentId",
      "type": "string"
    },
    {
      "name": "carrier",
      "type": "string"
    },
    {
      "name": "trackingNumber",
      "type": "string"
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

export const shipmentDeliveredV1: AvroRecord = {
  "type": "record",
  "name": "ShipmentDelivered",
  "namespace": "shop.shipping",
  "doc": "The parcel reached the buyer.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "shipmentId",
      "type": "string"
    },
    {
      "name": "signedBy",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "deliveredAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const shipmentDispatchedV1: AvroRecord = {
  "type": "record",
  "name": "ShipmentDispatched",
  "namespace": "shop.shipping",
  "doc": "The parcel left the warehouse.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "shipmentId",
      "type": "string"
    },
    {
      "name": "carrier",
      "type": "string"
    },
    {
      "name": "trackingNumber",
      "type": "string"
    },
    {
      "name": "expectedAt",
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
      "name": "dispatchedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const shipmentFailedV1: AvroRecord = {
  "type": "record",
  "name": "ShipmentFailed",
  "namespace": "shop.shipping",
  "doc": "No carrier takes the order; nothing was shipped.",
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

export const shipmentRequestedV1: AvroRecord = {
  "type": "record",
  "name": "ShipmentRequested",
  "namespace": "shop.shipping",
  "doc": "Asks for an order to be given to a carrier.",
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
          "name": "ShipmentRequestedItem",
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
      "name": "address",
      "doc": "Absent: the buyer picks it up.",
      "type": [
        "null",
        {
          "type": "record",
          "name": "ShipmentRequestedAddress",
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
      "name": "deadline",
      "doc": "After it no answer is waited for.",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const shipmentReturnCancelRequestedV1: AvroRecord = {
  "type": "record",
  "name": "ShipmentReturnCancelRequested",
  "namespace": "shop.shipping",
  "doc": "Asks to leave an order's parcel with the customer.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "reason",
      "type": "string"
    }
  ]
};

export const shipmentReturnCancelledV1: AvroRecord = {
  "type": "record",
  "name": "ShipmentReturnCancelled",
  "namespace": "shop.shipping",
  "doc": "The parcel is with the customer, or on its way there again; the answer is definitive.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "returnId",
      "doc": "Absent when the parcel had not been fetched.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "cancelledAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const shipmentReturnFailedV1: AvroRecord = {
  "type": "record",
  "name": "ShipmentReturnFailed",
  "namespace": "shop.shipping",
  "doc": "The parcel does not come back.",
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
    }
  ]
};

export const shipmentReturnRequestedV1: AvroRecord = {
  "type": "record",
  "name": "ShipmentReturnRequested",
  "namespace": "shop.shipping",
  "doc": "Asks to fetch an order's parcel back from the customer.",
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
      "name": "deadline",
      "doc": "No parcel is fetched after it.",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};

export const shipmentReturnedV1: AvroRecord = {
  "type": "record",
  "name": "ShipmentReturned",
  "namespace": "shop.shipping",
  "doc": "The parcel is back in the house.",
  "fields": [
    {
      "name": "orderId",
      "type": "string"
    },
    {
      "name": "returnId",
      "type": "string"
    },
    {
      "name": "trackingNumber",
      "type": "string"
    },
    {
      "name": "returnedAt",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      }
    }
  ]
};
