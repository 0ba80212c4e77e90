/** Runs in the browser, as it stands. Text from outside is only ever set as text. */
export const overviewScript = `
const byId = (id) => document.getElementById(id);
const buttons = [...document.querySelectorAll('[data-mode]')];
const STATES = {
  succeeded: 'paid', canceled: 'cancelled',
  requires_payment_method: 'waiting for a card', requires_confirmation: 'waiting to be confirmed',
};
const EFFECTS = {
  none: 'Payments work.', decline: 'Cards are declined', delay: 'Answers come late',
  error: 'The payment service answers with errors', 'lost-reply': 'Payments are carried out, but their replies are lost',
};
const OFTEN = (rate) => rate === 1 ? 'every time' : Math.round(rate * 100) + ' % of the time';
let currency = 'usd';

const money = (minor) => {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
};

function cell(text, className) {
  const td = document.createElement('td');
  td.textContent = text;
  if (className) td.className = className;
  return td;
}

/** A phone shows the end of a long id only. */
function orderCell(id) {
  const td = cell('');
  const head = document.createElement('span');
  head.className = 'head';
  head.textContent = id.slice(0, -12);
  td.append(head, id.slice(-12));
  td.title = id;
  return td;
}

function stateOf(payment) {
  if (payment.amount_refunded > 0) {
    return payment.amount_refunded === payment.amount_received ? 'refunded' : 'partly refunded';
  }
  if (payment.last_payment_error && payment.status === 'requires_payment_method') return 'declined';
  return STATES[payment.status] ?? payment.status;
}

function row(payment) {
  const tr = document.createElement('tr');
  const state = stateOf(payment);
  tr.append(
    orderCell(payment.metadata.orderId ?? payment.id),
    cell(state, state === 'declined' ? 'bad' : ''),
    cell(money(payment.amount), 'number'),
    cell(new Date(payment.created * 1000).toLocaleTimeString(), 'wide'),
  );
  return tr;
}

function show({ totals, faults, recent }) {
  currency = recent[0]?.currency ?? currency;
  byId('orders').textContent = totals.orders;
  byId('captured').textContent = money(totals.captured);
  byId('refunded').textContent = money(totals.refunded);
  byId('kept').textContent = money(totals.captured - totals.refunded);
  for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.mode === faults.mode));
  const state = byId('state');
  state.classList.toggle('struck', faults.mode !== 'none');
  state.textContent = faults.mode === 'none' ? EFFECTS.none
    : EFFECTS[faults.mode] + ', ' + OFTEN(faults.rate) + '. Requests affected so far: ' + faults.struck + '.';
  byId('late').hidden = faults.mode !== 'delay';
  byId('empty').hidden = recent.length > 0;
  byId('table').hidden = recent.length === 0;
  byId('table').tBodies[0].replaceChildren(...recent.map(row));
}

function unreachable(error) {
  const state = byId('state');
  state.classList.add('struck');
  state.textContent = 'The simulator does not answer: ' + error.message;
}

async function ask(path, init) {
  const response = await fetch(path, init);
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail ?? response.statusText);
  return body;
}

const refresh = () => ask('/overview').then(show, unreachable);

function set(mode) {
  const settings = { mode, rate: Number(byId('rate').value), delayMs: Number(byId('delay').value) };
  const headers = { 'content-type': 'application/json' };
  return ask('/faults', { method: 'PUT', headers, body: JSON.stringify(settings) }).then(refresh, unreachable);
}

const chosen = () => buttons.find((button) => button.getAttribute('aria-pressed') === 'true')?.dataset.mode ?? 'none';
for (const button of buttons) button.addEventListener('click', () => set(button.dataset.mode));
for (const id of ['rate', 'delay']) byId(id).addEventListener('change', () => set(chosen()));
ask('/faults').then((faults) => {
  for (const [id, value] of [['rate', faults.rate], ['delay', faults.delayMs]]) {
    if ([...byId(id).options].some((option) => Number(option.value) === value)) byId(id).value = String(value);
  }
}).catch(unreachable).then(refresh);
setInterval(() => { if (!document.hidden) refresh(); }, 1500);
`;
