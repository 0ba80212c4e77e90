// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { AvroRecord } from '../../avro/avro-schema.ts';

export const addToCartV1: AvroRecord = {
  "type": "record",
  "name": "AddToCart",
  "namespace": "shop.analytics",
  "doc": "A visitor put a product into the cart.",
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
    },
    {
      "name": "category",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "cartId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "url",
      "doc": "Page on which it happened.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "anonymousId",
      "doc": "The browser, as the tracker knows it; the key of the record.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "sessionId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "userId",
      "doc": "Present once the visitor has signed in.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "messageId",
      "doc": "The tracker's own id of this event.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    }
  ]
};

export const beginCheckoutV1: AvroRecord = {
  "type": "record",
  "name": "BeginCheckout",
  "namespace": "shop.analytics",
  "doc": "A visitor went to the checkout.",
  "fields": [
    {
      "name": "cartId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "value",
      "doc": "What the cart is worth.",
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
      "name": "currency",
      "doc": "ISO 4217.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "itemCount",
      "type": [
        "null",
        "int"
      ],
      "default": null
    },
    {
      "name": "url",
      "doc": "Page on which it happened.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "anonymousId",
      "doc": "The browser, as the tracker knows it; the key of the record.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "sessionId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "userId",
      "doc": "Present once the visitor has signed in.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "messageId",
      "doc": "The tracker's own id of this event.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    }
  ]
};

export const customAnalyticsV1: AvroRecord = {
  "type": "record",
  "name": "CustomAnalytics",
  "namespace": "shop.analytics",
  "doc": "An event that a page named itself.",
  "fields": [
    {
      "name": "name",
      "type": "string"
    },
    {
      "name": "properties",
      "doc": "A JSON object.",
      "type": [
        "null",
        {
          "type": "string",
          "logicalType": "json"
        }
      ],
      "default": null
    },
    {
      "name": "url",
      "doc": "Page on which it happened.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "anonymousId",
      "doc": "The browser, as the tracker knows it; the key of the record.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "sessionId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "userId",
      "doc": "Present once the visitor has signed in.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "messageId",
      "doc": "The tracker's own id of this event.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    }
  ]
};

export const pageViewV1: AvroRecord = {
  "type": "record",
  "name": "PageView",
  "namespace": "shop.analytics",
  "doc": "A page was shown.",
  "fields": [
    {
      "name": "url",
      "type": "string"
    },
    {
      "name": "path",
      "type": [
        "null",
        "string"
      ],
      "default": null
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
      "name": "referrer",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "anonymousId",
      "doc": "The browser, as the tracker knows it; the key of the record.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "sessionId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "userId",
      "doc": "Present once the visitor has signed in.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "messageId",
      "doc": "The tracker's own id of this event.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    }
  ]
};

export const productViewV1: AvroRecord = {
  "type": "record",
  "name": "ProductView",
  "namespace": "shop.analytics",
  "doc": "A product was looked at.",
  "fields": [
    {
      "name": "productId",
      "type": "string"
    },
    {
      "name": "category",
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
      "name": "name",
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
      "name": "url",
      "doc": "Page on which it happened.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "anonymousId",
      "doc": "The browser, as the tracker knows it; the key of the record.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "sessionId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "userId",
      "doc": "Present once the visitor has signed in.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "messageId",
      "doc": "The tracker's own id of this event.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    }
  ]
};

export const purchaseV1: AvroRecord = {
  "type": "record",
  "name": "Purchase",
  "namespace": "shop.analytics",
  "doc": "A visitor placed an order, as the browser saw it.",
  "fields": [
    {
      "name": "orderId",
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
      "name": "currency",
      "doc": "ISO 4217.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "itemCount",
      "type": [
        "null",
        "int"
      ],
      "default": null
    },
    {
      "name": "url",
      "doc": "Page on which it happened.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "anonymousId",
      "doc": "The browser, as the tracker knows it; the key of the record.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "sessionId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "userId",
      "doc": "Present once the visitor has signed in.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "messageId",
      "doc": "The tracker's own id of this event.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    }
  ]
};

export const removeFromCartV1: AvroRecord = {
  "type": "record",
  "name": "RemoveFromCart",
  "namespace": "shop.analytics",
  "doc": "A visitor took a product out of the cart.",
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
    },
    {
      "name": "category",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "cartId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "url",
      "doc": "Page on which it happened.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "anonymousId",
      "doc": "The browser, as the tracker knows it; the key of the record.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "sessionId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "userId",
      "doc": "Present once the visitor has signed in.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "messageId",
      "doc": "The tracker's own id of this event.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    }
  ]
};

export const searchV1: AvroRecord = {
  "type": "record",
  "name": "Search",
  "namespace": "shop.analytics",
  "doc": "The catalogue was searched.",
  "fields": [
    {
      "name": "query",
      "type": "string"
    },
    {
      "name": "resultCount",
      "type": [
        "null",
        "int"
      ],
      "default": null
    },
    {
      "name": "category",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "url",
      "doc": "Page on which it happened.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "anonymousId",
      "doc": "The browser, as the tracker knows it; the key of the record.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "sessionId",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "userId",
      "doc": "Present once the visitor has signed in.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    },
    {
      "name": "messageId",
      "doc": "The tracker's own id of this event.",
      "type": [
        "null",
        "string"
      ],
      "default": null
    }
  ]
};
