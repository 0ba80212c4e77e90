import { inLongForm } from '../promises/support/long-form';
import { everyPoint } from './every-point';
import { FLOWS } from './order-kinds';

// In the short form the list alone: the kills take a quarter of an hour a round.
everyPoint({ engine: 'kafka', rounds: inLongForm(0, 3), flows: FLOWS });
