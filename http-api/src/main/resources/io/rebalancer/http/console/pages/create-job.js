// The way to a job: choose the node, read the plan, read the checks, confirm. The address has the plan, so a reload loses nothing.
import {html, nothing} from '../lib/lit/lit-html.js';
import {api, path} from '../core/api.js';
import {bytes, count, duration, mib, words} from '../core/format.js';
import {jobAddress, nodeAddress} from '../core/router.js';
import {adm, commands} from '../parts/commands.js';
import {fleetOf} from '../parts/fleet.js';
import {notice, problemNotice} from '../parts/notice.js';
import {badge} from '../parts/state.js';
import {table} from '../parts/table.js';
import {time} from '../parts/time.js';

const STEPS = ['Storage node', 'Plan', 'Checks', 'Confirm'];
const COMPUTED = new Set(['READY', 'FAILED', 'CANCELLED']);

export function open(context) {
  const state = {fleet: [], plan: null, checks: null, waived: new Set(), typed: '', problem: null, busy: false, key: crypto.randomUUID?.() ?? ''};
  const node = () => context.location.query.get('node') ?? '';
  const planId = () => context.location.query.get('plan') ?? '';

  context.every(60000, 'fleet', async signal => {
    state.fleet = (await fleetOf(signal)).nodes;
  });

  const reload = context.every(2000, 'plan', async signal => {
    if (!planId()) {
      state.plan = null;
      return;
    }
    if (state.plan?.id !== planId() || !COMPUTED.has(state.plan.state)) {
      state.plan = await api.get(path`/api/v1/plans/${planId()}`, {signal});
    }
    if (state.plan.state === 'READY' && state.checks?.storageNode !== node()) {
      state.checks = await api.get(path`/api/v1/storage-nodes/${node()}/preflight`, {signal});
    }
  });

  const order = () => {
    const limit = Number(context.location.query.get('max') ?? 0);
    return limit > 0 ? {maxObjects: limit} : {};
  };

  function begin(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const chosen = form.get('node').trim();
    const max = Number(form.get('max') || 0);
    context.attempt(state, async () => {
      const plan = await api.post('/api/v1/plans', {storageNode: chosen, ...(max > 0 ? {maxObjects: max} : {})});
      state.checks = null;
      state.waived.clear();
      context.router.change({node: chosen, plan: plan.id, max: max > 0 ? max : ''});
    });
  }

  const body = () => ({leavingNode: node(), ...order(), plan: planId(), ...(state.waived.size > 0 ? {force: [...state.waived]} : {})});

  function create(event) {
    event.preventDefault();
    if (blocked()) {
      return;
    }
    context.attempt(state, async () => {
      const made = await api.post('/api/v1/jobs', body(), {headers: state.key ? {'Idempotency-Key': state.key} : {}});
      context.router.go(jobAddress(made.id));
    });
  }

  const refusals = () => (state.checks?.checks ?? []).filter(check => check.outcome === 'FAIL' && !state.waived.has(check.name));

  function blocked() {
    const refused = context.session.refusal('operator');
    if (refused) {
      return refused;
    }
    if (refusals().length > 0) {
      return 'A check forbids the job: ' + refusals().map(check => words(check.name)).join(', ') + '.';
    }
    return state.typed === node() ? '' : 'Type the name of the storage node.';
  }

  const step = () => !planId() ? 0 : !state.plan || state.plan.state !== 'READY' ? 1 : !state.checks ? 2 : 3;

  function draw() {
    return html`<h1 tabindex="-1">Empty a storage node</h1>
      <ol class="steps">${STEPS.map((label, i) => html`<li aria-current=${i === step() ? 'step' : nothing}>${label}</li>`)}</ol>
      ${state.problem ? problemNotice(state.problem) : nothing}
      ${chooser()}
      ${planId() && state.plan ? planned(state.plan) : nothing}
      ${state.plan?.state === 'READY' && state.checks ? html`${checked(state.checks.checks)}${confirmation()}` : nothing}`;
  }

  function chooser() {
    return html`<section class="panel" aria-labelledby="choose"><h2 id="choose">1. Storage node</h2>
      <form class="form-row" @submit=${begin}>
        <label>Storage node <input name="node" list="fleet-nodes" required autocomplete="off" spellcheck="false" .value=${node()}></label>
        <datalist id="fleet-nodes">${state.fleet.slice(0, 1000).map(each => html`<option value=${each.storageNode}>${each.datacenter}</option>`)}</datalist>
        <label>At most this many objects <small>(empty: all)</small>
          <input name="max" type="number" min="1" inputmode="numeric" .value=${context.location.query.get('max') ?? ''}></label>
        <button type="submit" aria-disabled=${String(state.busy)}>${planId() ? 'Plan again' : 'Plan'}</button>
      </form>
      <p class="small muted">A plan reads all metadata and moves nothing. Many jobs may run at a time.</p>
    </section>`;
  }

  function planned(plan) {
    const found = plan.found;
    return html`<section class="panel" aria-labelledby="plan"><h2 id="plan">2. Plan ${badge(plan.state)}</h2>
      ${plan.note ? notice('warn', html`<p class="text">${plan.note}</p>`) : nothing}
      <div class="figures">
        ${figure('Objects to copy', count(found.objects))}
        ${figure('Content', bytes(found.bytes))}
        ${figure('Fullest destination', found.peakFillPercent === undefined ? 'unknown' : found.peakFillPercent + ' %')}
        ${figure('Duration', found.duration?.shortestSeconds !== undefined ? duration(found.duration.shortestSeconds) + ' to ' + duration(found.duration.longestSeconds) : 'unknown')}
        ${figure('Kept until', time(plan.expiresAt))}
      </div>
      ${found.duration?.basis ? html`<p class="small muted text">Duration: ${found.duration.basis}</p>` : nothing}
      ${found.unmovable.length > 0 ? notice('warn', html`<p>Some records could not be moved: ${found.unmovable.map((each, i) =>
        html`${i ? ', ' : ''}${count(each.records)} <span class="text">${words(each.reason)}</span>`)}. The job retries them and lists those that stay.</p>`) : nothing}
      ${found.violations?.destinationsAboveCeiling > 0 ? notice('warn', html`<p>${count(found.violations.destinationsAboveCeiling)} destinations would be
        filled above their ceiling.</p>`) : nothing}
      ${table({
        caption: 'Destinations before and after, the one with the most bytes first',
        rows: found.destinations,
        key: each => each.storageNode,
        columns: [
          {label: 'Destination', cell: each => html`<a class="text" href=${nodeAddress(each.storageNode)}>${each.storageNode}</a>`},
          {label: 'Datacenter', cell: each => html`<span class="text">${each.datacenter}</span>`},
          {label: 'Objects', number: true, cell: each => count(each.objects)},
          {label: 'Content', number: true, cell: each => bytes(each.bytes)},
          {label: 'Used before', number: true, cell: each => html`${each.fillPercentBefore ?? '?'} % <span class="muted small">${mib(each.usedMibBefore)}</span>`},
          {label: 'Used after', number: true, cell: each => html`${each.fillPercentAfter ?? '?'} % <span class="muted small">${mib(each.usedMibAfter)}</span>`}
        ]
      })}
      ${found.unlistedDestinations > 0 ? html`<p class="muted small">${count(found.unlistedDestinations)} further destinations</p>` : nothing}
    </section>`;
  }

  const figure = (label, value) => html`<div><span class="figure-label">${label}</span><span class="figure-value">${value}</span></div>`;

  function checked(checks) {
    const order = ['FAIL', 'WARN', 'PASS'];
    const sorted = [...checks].sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
    return html`<section class="panel" aria-labelledby="checks"><h2 id="checks">3. Checks</h2>
      <ul class="checks">${sorted.map(check => html`<li>${badge(check.outcome)}<div>
        <p><strong>${words(check.name)}</strong>: <span class="text">${check.detail}</span></p>
        ${check.advice ? html`<p class="muted text">${check.advice}</p>` : nothing}
        ${check.outcome === 'FAIL' && check.waivable ? html`<label><input type="checkbox" .checked=${state.waived.has(check.name)}
          @change=${event => waive(check.name, event.target.checked)}> Waive this check; that is recorded in the audit log</label>` : nothing}
      </div></li>`)}</ul></section>`;
  }

  function waive(name, on) {
    state.waived[on ? 'add' : 'delete'](name);
    context.update();
  }

  function confirmation() {
    const refusal = blocked();
    return html`<section class="panel" aria-labelledby="confirm"><h2 id="confirm">4. Confirm</h2>
      <form @submit=${create}>
        <p>The node receives no copies from now on. Its objects are copied to the destinations above, each copy is verified and flushed, and only then
          the metadata names it. Nothing is deleted from the node. The job may be paused and cancelled at any time.</p>
        <label>Type <strong class="text">${node()}</strong> to confirm
          <input name="typed" autocomplete="off" spellcheck="false" .value=${state.typed}
            @input=${event => { state.typed = event.target.value; context.update(); }}></label>
        <button type="submit" aria-disabled=${refusal || state.busy ? 'true' : 'false'} aria-describedby="create-refusal">
          ${state.busy ? 'Working' : 'Create the job'}</button>
        <span class="muted small" id="create-refusal">${refusal}</span>
      </form>
      ${commands({method: 'POST', path: '/api/v1/jobs', body: body(), login: context.session.credential !== 'none'},
        adm('job', 'create', node(), '--plan', planId(), ...(order().maxObjects ? ['--max-objects', order().maxObjects] : []),
          ...[...state.waived].flatMap(name => ['--force', name])))}
    </section>`;
  }

  return {
    title: 'Empty a storage node',
    draw,
    moved: () => reload()
  };
}
