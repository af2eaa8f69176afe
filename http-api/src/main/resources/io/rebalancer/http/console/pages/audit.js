// What operators ordered and the system decided: a chain of entries that can be verified.
import {html, nothing} from '../lib/lit/lit-html.js';
import {api, query} from '../core/api.js';
import {adm, commands} from '../parts/commands.js';
import {empty} from '../parts/notice.js';
import {badge} from '../parts/state.js';
import {table} from '../parts/table.js';
import {time} from '../parts/time.js';

const LIMIT = 50;
const RESULTS = {accepted: ['PASS', 'accepted'], requested: ['SETUP', 'requested'], decided: ['SETUP', 'decided'], refused: ['FAIL', 'refused'], failed: ['FAIL', 'failed']};

export function open(context) {
  const state = {rows: null, next: null};
  const before = () => context.location.query.get('before');
  const reload = context.every(10000, 'audit', async signal => {
    const found = await api.get('/api/v1/audit/entries' + query({limit: LIMIT, before: before()}), {signal});
    state.rows = found.entries;
    state.next = found.next ?? null;
  });

  function draw() {
    return html`<h1 tabindex="-1">Audit</h1>
      <p class="lead">Each entry has the hash of the one before, so a change of the past is found: export the log and run
        <code>rebalancer-adm audit verify FILE</code>. <a href="/api/v1/audit/export" download="audit.jsonl">Export the whole log</a></p>
      <section class="panel" aria-label="Entries of the audit log">
        ${!state.rows ? html`<p class="muted">Loading</p>` : state.rows.length === 0 ? empty(html`<p>The log is empty: no operator has ordered anything.</p>`) : table({
          caption: 'Entries, newest first',
          rows: state.rows,
          key: each => each.number,
          alert: each => each.result === 'refused' || each.result === 'failed',
          columns: [
            {label: 'Number', cell: each => each.number},
            {label: 'When', cell: each => time(each.at)},
            {label: 'Action', cell: each => html`<code>${each.action}</code>`},
            {label: 'Result', cell: each => badge(...(RESULTS[each.result] ?? ['END', each.result]))},
            {label: 'Who', cell: each => html`<span class="text">${each.user || each.source}</span>${each.user ? html` <span class="muted small text">${each.source}</span>` : nothing}`},
            {label: 'On', cell: each => html`<span class="text mono">${each.subject}</span>`},
            {label: 'Details', cell: each => html`<span class="text small">${Object.entries(each.parameters ?? {}).map(([name, value]) => name + '=' + value).join(', ')}</span>`}
          ]
        })}
        <nav class="row" aria-label="Pages">
          ${before() ? html`<button type="button" class="quiet" @click=${() => context.router.change({before: ''})}>Newest</button>` : nothing}
          ${state.next ? html`<button type="button" class="quiet" @click=${() => context.router.change({before: state.next})}>Older</button>` : nothing}
        </nav>
        ${commands({path: '/api/v1/audit/entries', login: context.session.credential !== 'none'}, adm('audit', 'list'))}
      </section>`;
  }

  return {title: 'Audit', draw, moved: () => reload()};
}
