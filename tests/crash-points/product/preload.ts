/**
 * `node --import` of this file runs the built product with every crossing watched: each await that commits, publishes or
 * calls the payment provider. `CRASH_POINTS_SEEN` names the file for the crossings that turned up, one a line;
 * `CRASH_AT` the point to be killed at, with `CRASH_MARK` as the file that is written (and is on disk) before the kill.
 */
import 'reflect-metadata';
import { builtProduct } from './built-product.ts';
import { Crossings } from './crossings.ts';
import { failHandlers } from './failing-handlers.ts';
import { wrapDatabase } from './wrap-database.ts';
import { wrapLog } from './wrap-log.ts';
import { wrapProvider } from './wrap-provider.ts';
import { wrapUnits } from './wrap-units.ts';

const crossings = Crossings.of(process.env);
const product = await builtProduct();
wrapDatabase(crossings, product.currentDelivery);
wrapUnits(product);
wrapLog(crossings, product);
wrapProvider(crossings);
failHandlers(product);
