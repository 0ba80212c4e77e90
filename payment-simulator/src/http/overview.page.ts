import { overviewScript } from './overview.script.ts';
import { overviewStyle } from './overview.style.ts';

/** One file without foreign parts: what was paid, and buttons that make payments go wrong. */
export const overviewPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Payment simulator</title>
<link rel="icon" href="data:,">
<style>${overviewStyle}</style>
</head>
<body>
<main>
<header>
  <h1>Payment simulator</h1>
  <p>Stands in for Stripe. No real money moves, and everything here is kept when the shop is stopped.</p>
</header>

<section aria-labelledby="behaviour">
  <h2 id="behaviour">How payments behave</h2>
  <div class="modes" role="group" aria-labelledby="behaviour">
    <button type="button" data-mode="none">Work</button>
    <button type="button" data-mode="decline">Decline cards</button>
    <button type="button" data-mode="delay">Answer late</button>
    <button type="button" data-mode="error">Fail</button>
    <button type="button" data-mode="lost-reply">Lose replies</button>
  </div>
  <div class="settings">
    <label>How often
      <select id="rate">
        <option value="1">every time</option>
        <option value="0.5">half of the time</option>
        <option value="0.1">one in ten</option>
      </select>
    </label>
    <label id="late" hidden>How late
      <select id="delay">
        <option value="500">half a second</option>
        <option value="2000" selected>2 seconds</option>
        <option value="10000">10 seconds</option>
        <option value="30000">30 seconds</option>
      </select>
    </label>
  </div>
  <p id="state" role="status">Asking the simulator…</p>
</section>

<section aria-labelledby="money">
  <h2 id="money">Money</h2>
  <dl class="totals">
    <div><dt>Orders</dt><dd id="orders">–</dd></div>
    <div><dt>Taken</dt><dd id="captured">–</dd></div>
    <div><dt>Given back</dt><dd id="refunded">–</dd></div>
    <div><dt>Kept</dt><dd id="kept">–</dd></div>
  </dl>
</section>

<section aria-labelledby="payments">
  <h2 id="payments">Latest payments</h2>
  <p id="empty" hidden>No payments yet. Place an order in the shop.</p>
  <table id="table" hidden>
    <thead><tr><th>Order</th><th>State</th><th class="number">Amount</th><th class="wide">At</th></tr></thead>
    <tbody></tbody>
  </table>
  <p class="note">The whole ledger: <a href="/ledger">/ledger</a>. Faults by command: <code>PUT /faults</code>.</p>
</section>
</main>
<script>${overviewScript}</script>
</body>
</html>
`;
