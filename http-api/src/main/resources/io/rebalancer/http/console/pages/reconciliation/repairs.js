// What a run repaired that carries out a plan: by storage node and class.
import {html, nothing} from '../../lib/lit/lit-html.js';
import {count, words} from '../../core/format.js';
import {nodeAddress} from '../../core/router.js';
import {badge} from '../../parts/state.js';
import {table} from '../../parts/table.js';

export const quarantineAddress = node => '/console/reconciliation?quarantine=' + encodeURIComponent(node);

/** A row for each class of a storage node; a storage node without planned repairs has one too. */
const rows = run => run.repairs.flatMap(node => {
  const repairs = Object.entries(node.repairs);
  return repairs.length === 0 ? [{node, name: '', counts: {}}] : repairs.map(([name, counts]) => ({node, name, counts}));
});

export function repairsPanel(run) {
  const ordered = name => run.order.classes.includes(name);
  return html`<section class="panel" aria-labelledby="repairs"><h2 id="repairs">Repairs</h2>
    ${run.left.length > 0 ? html`<p class="text">Not done: ${run.left.slice(0, 20).join(', ')}${run.left.length > 20
      ? ' and ' + count(run.left.length - 20) + ' more' : ''}.</p>` : nothing}
    ${run.repairs.length === 0 ? html`<p class="muted">No storage node is done yet.</p>` : table({
      caption: 'What became of the planned repairs',
      rows: rows(run),
      key: each => each.node.storageNode + ' ' + each.name,
      alert: each => Boolean(each.node.fault) || each.counts.failed > 0 || each.counts.parked > 0,
      columns: [
        {label: 'Storage node', cell: each => html`<a class="text" href=${nodeAddress(each.node.storageNode)}>${each.node.storageNode}</a>`},
        {label: 'Class', cell: each => each.name ? html`${words(each.name)}${ordered(each.name) ? nothing : html` <span class="muted small">not ordered</span>`}`
          : html`<span class="muted">nothing was planned</span>`},
        {label: 'Repaired', number: true, cell: each => count(each.counts.repaired)},
        {label: 'No longer true', number: true, cell: each => count(each.counts.noLongerTrue)},
        {label: 'Failed', number: true, cell: each => count(each.counts.failed)},
        {label: 'Parked', number: true, cell: each => count(each.counts.parked)},
        {label: 'Left', number: true, cell: each => count(each.counts.left)},
        {label: 'Fault', cell: each => each.node.fault ? badge('WARN', words(each.node.fault)) : badge('PASS', 'none')},
        {label: 'Detail', cell: each => html`<span class="text small">${each.node.detail ?? ''}</span>`},
        {label: 'Quarantine', cell: each => html`<a href=${quarantineAddress(each.node.storageNode)}
          aria-label=${'Quarantine of ' + each.node.storageNode}>Show</a>`}
      ]
    })}
  </section>`;
}
