// The records that a job could not move: by cause, with a retry for each cause, and one by one.
import {html, nothing} from '../../lib/lit/lit-html.js';
import {path} from '../../core/api.js';
import {count, words} from '../../core/format.js';
import {actionButton} from '../../parts/action.js';
import {adm, commands} from '../../parts/commands.js';
import {empty} from '../../parts/notice.js';
import {PagedList, table} from '../../parts/table.js';
import {time} from '../../parts/time.js';

const LIMIT = 50;

export function exceptionsTab({id, context, job, reload}) {
  const address = path`/api/v1/jobs/${id}/exceptions`;
  const list = new PagedList(context, 'exceptions', query => ({path: address, query: {limit: LIMIT, reason: query.get('reason')}}));
  const shown = () => context.location.query.get('tab') === 'exceptions';
  let seen = -1;
  const refresh = context.every(5000, 'exceptions', async signal => {
    const total = job() ? job().skipped + job().failed : 0;
    if (shown() && (!list.loaded || total !== seen)) {
      await list.load(signal);
      seen = total;
    }
  });

  function causes(found) {
    return Object.entries({...found.skippedBy, ...found.failedBy}).sort(([, a], [, b]) => b - a);
  }

  function draw(found) {
    const reason = context.location.query.get('reason') ?? '';
    const rows = causes(found);
    const canRetry = (found.actions ?? []).includes('retry');
    return html`
      ${rows.length === 0 ? nothing : html`<section class="panel" aria-labelledby="causes"><h2 id="causes">By cause</h2>${table({
        caption: 'Records of the current or last pass that stay on the node, the most frequent cause first',
        rows,
        key: ([cause]) => cause,
        columns: [
          {label: 'Cause', cell: ([cause]) => html`<a href=${'?tab=exceptions&reason=' + encodeURIComponent(cause)}
            aria-current=${cause === reason ? 'true' : nothing} @click=${event => { event.preventDefault(); context.router.change({reason: cause, after: ''}); }}>${words(cause)}</a>`},
          {label: 'Records', number: true, cell: ([, number]) => count(number)},
          {label: 'Retry', cell: ([cause]) => actionButton(context, {
            label: 'Retry',
            of: words(cause),
            title: 'Retry the exceptions with the cause ' + words(cause),
            refusal: canRetry ? '' : 'A job that is ' + words(found.state) + ' takes no retry.',
            effect: 'The records with this cause are looked at again.',
            path: path`/api/v1/jobs/${id}/retry`,
            body: {reasons: [cause]},
            command: ['job', 'retry', id, '--reason', cause],
            done: answer => answer?.id && answer.id !== id ? context.router.go('/console/jobs/' + answer.id) : reload()
          })}
        ]
      })}</section>`}
      <section class="panel" aria-labelledby="records"><div class="row spread"><h2 id="records">Records${reason ? ': ' + words(reason) : ''}</h2>
        <span class="row">${reason ? html`<button type="button" class="quiet" @click=${() => context.router.change({reason: '', after: ''})}>All causes</button>` : nothing}
        <a href=${address + '/export?format=csv'} download>CSV</a><a href=${address + '/export?format=jsonl'} download>JSON Lines</a></span></div>
      ${!list.loaded ? html`<p class="muted">Loading</p>` : list.rows.length === 0
        ? empty(html`<p>No record ${reason ? 'with this cause ' : ''}stays on the node so far.</p>`) : table({
          caption: 'Records that stay on the storage node',
          rows: list.rows,
          key: each => each.shard + each.key,
          columns: [
            {label: 'Object', cell: each => html`<a class="text mono" href=${'?tab=object&key=' + encodeURIComponent(each.key)}
              @click=${event => { event.preventDefault(); context.router.go(location.pathname + '?tab=object&key=' + encodeURIComponent(each.key)); }}>${short(each.key)}</a>`},
            {label: 'Cause', cell: each => html`${words(each.reason)} <span class="muted small">${words(each.retryClass)}</span>`},
            {label: 'Detail', cell: each => html`<span class="text">${short(each.detail)}</span>`},
            {label: 'Attempts', number: true, cell: each => each.attempts ?? ''},
            {label: 'Destination', cell: each => html`<span class="text">${each.storageNode ?? ''}</span>`},
            {label: 'Last', cell: each => time(each.lastAt)}
          ]
        })}
      ${list.pager()}
      ${commands({path: address + (reason ? '?reason=' + encodeURIComponent(reason) : ''), login: context.session.credential !== 'none'},
        adm('job', 'exceptions', id, ...(reason ? ['--reason', reason] : [])))}
      </section>`;
  }

  return {
    draw,
    moved: () => {
      list.loaded = false;
      refresh();
    }
  };
}

const MAX_SHOWN = 300;

/** A key has up to some thousand characters; the page of the object has all of them. */
function short(text) {
  return text.length > MAX_SHOWN ? text.slice(0, MAX_SHOWN) + '...' : text;
}
