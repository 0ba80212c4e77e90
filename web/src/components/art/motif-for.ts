import type { ReactElement } from 'react';
import * as goods from './goods-motifs';
import * as home from './home-motifs';
import type { Palette } from './palettes';
import * as wear from './wear-motifs';

export type Motif = (palette: Palette) => ReactElement;

/** The first line that fits decides; a product's name is asked before its category. */
const MOTIFS: readonly (readonly [words: RegExp, motif: Motif])[] = [
  [/\b(headphones?|earbuds?|headset)\b/, goods.headphones],
  [/\b(speakers?|radio|turntable|audio|sound)\b/, goods.speaker],
  [/\b(monitor|screen|laptop|computer)\b/, goods.monitor],
  [/\b(keyboard|mouse)\b/, goods.keyboard],
  [/\b(cable|charger|power|adapter|hub|usb|electronics?)\b/, goods.cable],
  [/\b(backpack|rucksack)\b/, wear.backpack],
  [/\b(tote|bag|pouch|wallet|luggage|duffel|travel)\b/, wear.bag],
  [/\b(bottle|flask|thermos|oil)\b/, goods.bottle],
  [
    /\b(t-shirt|shirt|sweater|jumper|jacket|hoodie|coat|clothing|clothes|fashion|apparel|apron)\b/,
    wear.shirt,
  ],
  [/\b(blanket|towels?|pillow|cushion|linen|throw|rug|bedding|textiles?)\b/, home.textile],
  [/\b(kettle|teapot|moka|coffee maker|french press)\b/, home.kettle],
  [/\b(mugs?|cups?|tumbler|espresso|coffee|tea|beans)\b/, home.mug],
  [/\b(bowls?|plates?|dish|salad)\b/, home.bowl],
  [/\b(pan|skillet|wok|pot|casserole)\b/, home.pan],
  [/\b(board|knife|spatula|grater|utensils?|spoons?)\b/, home.board],
  [/\b(lamp|lights?|lantern|bulb)\b/, home.lamp],
  [/\b(clock|watch|timer|alarm)\b/, goods.clock],
  [/\b(beanie|hat|cap)\b/, wear.beanie],
  [/\b(scarf|gloves?|socks?)\b/, wear.scarf],
  [/\b(vase|flowers?|carafe|jug|pitcher)\b/, home.vase],
  [/\b(plant|planter|garden|herbs?|seeds?|watering|secateurs|trowel)\b/, home.plant],
  [/\b(candles?|diffuser)\b/, home.candle],
  [/\b(soap|balm|salt|bath|honey|jam|wellness)\b/, goods.jar],
  [/\b(chair|stool|bench|sofa|shelf|table|furniture)\b/, home.chair],
  [/\b(books?|notebook|journal|novel|guide|atlas)\b/, goods.book],
  [/\b(pens?|pencils?|planner|paper|office|stationery|desk)\b/, goods.pen],
  [/\b(tent|hammock|camping|outdoors?|hiking|trail)\b/, goods.tent],
  [/\b(yoga|mat)\b/, goods.mat],
  [/\b(ball|football|basketball|fitness|sports?|bike|racket|dumbbell)\b/, goods.ball],
  [/\b(toys?|puzzle|games?|blocks|kids|play)\b/, goods.blocks],
  [/\b(kitchen|cooking)\b/, home.bowl],
  [/\b(home|living|decor)\b/, home.vase],
];

/** A book is a book whatever it is about. */
export function motifFor(name: string, category: string): Motif {
  if (/\bbooks?\b/i.test(category)) return goods.book;
  for (const text of [name.toLowerCase(), category.toLowerCase()]) {
    for (const [words, motif] of MOTIFS) if (words.test(text)) return motif;
  }
  return goods.shapes;
}
