import { inLongForm } from '../promises/support/long-form';
import { everyPoint } from './every-point';
import { FLOWS } from './order-kinds';

everyPoint({
  engine: 'embedded',
  rounds: inLongForm(1, 3),
  flows: inLongForm(['saga'], FLOWS),
  every: { nth: 2, from: 1 },
});
