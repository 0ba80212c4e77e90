import { everyPointOfHalf } from './every-point';

everyPointOfHalf(0);
