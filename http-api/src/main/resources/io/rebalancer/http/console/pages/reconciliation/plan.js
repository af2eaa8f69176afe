// A plan that has finished: what it would repair on each storage node, what not and why, and the order to carry it out.
import {html, nothing} from '../../lib/lit/lit-html.js';
import {path} from '../../core/api.js';
import {count, plural, words} from '../../core/format.js';
import {nodeAddress} from '../../core/router.js';
import {actionButton} from '../../parts/action.js';
import {notice} from '../../parts/notice.js';
import {badge} from '../../parts/state.js';
import {table} from '../../parts/table.js';
import {time} from '../../parts/time.js';

/** The classes of repairs, and what each does. */
const CLASSES = {
  copy_again: 'copies missing and bad copies again; a bad file moves into quarantine',
  add_copy: 'copies objects with too few copies to further storage nodes, and names these in the records',
  quarantine: 'moves files that no record names into quarantine'
};

const NOTHING_CHOSEN = {classes: ['copy_again', 'add_copy'], overridden: [], without: [], reason: ''};

/** What a run that carries out a plan did or may do, as words. */
export const classWords = classes => classes.map(words).join(', ');

/** @param begun called with the answer to the order */
export function planPanel(context, begun) {
  let chosen = NOTHING_CHOSEN;
  let planId = '';

  /** What was chosen for another plan is nothing for this one. */
  function show(run) {
    if (planId !== run.id) {
      planId = run.id;
      chosen = NOTHING_CHOSEN;
    }
  }

  const choose = (list, value) => event => {
    chosen = {...chosen, [list]: event.target.checked ? [...chosen[list], value] : chosen[list].filter(each => each !== value)};
    context.update();
  };
  const leaveOut = node => event => {
    chosen = {...chosen, without: event.target.checked ? chosen.without.filter(each => each !== node) : [...chosen.without, node]};
    context.update();
  };
  const overrides = node => chosen.overridden.includes(node.storageNode);
  const usable = node => node.allowed.length > 0 && (!node.needsOverride || overrides(node));
  const repaired = node => usable(node) && !chosen.without.includes(node.storageNode);
  const due = (node, name) => repaired(node) && chosen.classes.includes(name) && node.allowed.includes(name) ? node.planned[name] ?? 0 : 0;
  const classes = () => Object.keys(CLASSES).filter(each => chosen.classes.includes(each));

  function verdict(node) {
    if (node.allowed.length === 0) {
      return badge('FAIL', 'no');
    }
    if (node.needsOverride) {
      return badge('WARN', 'needs an override');
    }
    return node.allowed.includes('quarantine') ? badge('PASS', 'yes') : badge('WARN', 'without quarantine');
  }

  function choice(node) {
    const name = node.storageNode;
    return node.allowed.length === 0 ? html`<span class="muted">none</span>` : html`
      ${node.needsOverride ? html`<label><input type="checkbox" .checked=${overrides(node)} @change=${choose('overridden', name)}
        aria-label=${'Override the breaker of ' + name}> Override the breaker</label>` : nothing}
      ${usable(node) ? html`<label><input type="checkbox" .checked=${repaired(node)} @change=${leaveOut(name)} aria-label=${'Repair ' + name}> Repair</label>`
        : nothing}`;
  }

  function nodes(run) {
    const reports = new Map(run.nodes.map(each => [each.storageNode, each]));
    const report = node => reports.get(node.storageNode);
    const planned = (node, name) => {
      const all = node.planned[name] ?? 0;
      return due(node, name) === all ? count(all) : html`${count(due(node, name))} <span class="muted small">of ${count(all)}</span>`;
    };
    return table({
      caption: 'Repairs that would be done, by storage node',
      rows: run.plan.nodes,
      key: each => each.storageNode,
      alert: each => Boolean(each.why),
      columns: [
        {label: 'Storage node', cell: each => html`<a class="text" href=${nodeAddress(each.storageNode)}>${each.storageNode}</a>`},
        ...Object.keys(CLASSES).map(name => ({label: words(name), number: true, cell: each => planned(each, name)})),
        {label: 'Can be repaired', cell: verdict},
        {label: 'Coverage', cell: each => report(each)?.listed.complete ? 'complete' : 'not complete'},
        {label: 'Listed', cell: each => report(each)?.listedAt ? time(report(each).listedAt) : html`<span class="muted">never</span>`},
        {label: 'Why', cell: each => html`<span class="text small">${each.why ?? ''}</span>`},
        {label: 'Choice', cell: choice}
      ]
    });
  }

  function refusal(run) {
    if (run.plan.refusal && chosen.overridden.length === 0) {
      return run.plan.refusal;
    }
    if (chosen.classes.length === 0) {
      return 'Choose a class of repairs.';
    }
    if (!run.plan.nodes.some(repaired)) {
      return 'No storage node is chosen that can be repaired.';
    }
    return chosen.overridden.length > 0 && !chosen.reason.trim() ? 'Give the reason of the override.' : '';
  }

  function body(run) {
    return {
      confirm: true,
      classes: classes(),
      ...(chosen.without.length > 0 ? {nodes: run.plan.nodes.filter(repaired).map(each => each.storageNode)} : {}),
      ...(chosen.overridden.length > 0 ? {overrideBreaker: chosen.overridden} : {}),
      ...(chosen.reason.trim() ? {reason: chosen.reason.trim()} : {})
    };
  }

  function effect(run) {
    const repairs = classes().map(name => count(run.plan.nodes.reduce((sum, node) => sum + due(node, name), 0)) + ' ' + words(name));
    return 'The run looks again at ' + repairs.join(', ') + ' on ' + plural(run.plan.nodes.filter(repaired).length, 'storage node')
      + ', and does the repairs that are still needed, objects first. Files move into quarantine only where every copy could be repaired. '
      + 'Nothing is deleted.';
  }

  function order(run) {
    const sent = body(run);
    const options = [
      ...sent.classes.flatMap(each => ['--class', each.replace('_', '-')]),
      ...(sent.nodes ?? []).flatMap(each => ['--node', each]),
      ...(sent.overrideBreaker ?? []).flatMap(each => ['--override-breaker', each]),
      ...(sent.reason ? ['--reason', sent.reason] : [])
    ];
    return actionButton(context, {
      label: 'Act', primary: true, role: 'admin', title: 'Carry out plan ' + run.order.number, refusal: refusal(run), effect: effect(run),
      typed: String(run.order.number), path: path`/api/v1/reconciliation/runs/${run.id}/act`, body: sent,
      command: ['reconcile', 'act', run.id, ...options, '--yes'], done: begun
    });
  }

  function draw(run) {
    show(run);
    const missing = refusal(run);
    return html`<section class="panel" aria-labelledby="plan"><h2 id="plan">Plan</h2>
      <p>The time to carry it out ends ${time(run.plan.usableUntil)}. Each repair is looked at again right before it is done.</p>
      ${run.plan.refusal ? notice('warn', html`<p class="text">The manager refuses to act on it: ${run.plan.refusal}</p>`) : nothing}
      ${nodes(run)}
      <form @submit=${event => event.preventDefault()}>
        <fieldset><legend>Repairs to do</legend>${Object.entries(CLASSES).map(([name, what]) => html`<label><input type="checkbox" name=${name}
          .checked=${chosen.classes.includes(name)} @change=${choose('classes', name)}> <strong>${words(name)}</strong>: ${what}</label>`)}</fieldset>
        ${chosen.overridden.length > 0 ? html`<label>Reason of the override <small>(the audit log records it)</small><input name="reason" maxlength="200"
          autocomplete="off" .value=${chosen.reason} @input=${event => { chosen = {...chosen, reason: event.target.value}; context.update(); }}></label>` : nothing}
        <div class="row">${order(run)}<span class="muted small text">${missing}</span></div>
      </form>
    </section>`;
  }

  return {draw};
}
