// All jobs, newest first, page by page. The filter is in the address.
import {html, nothing} from '../lib/lit/lit-html.js';
import {count, words} from '../core/format.js';
import {jobAddress} from '../core/router.js';
import {adm, commands} from '../parts/commands.js';
import {empty} from '../parts/notice.js';
import {badge, needsAttention} from '../parts/state.js';
import {PagedList, table} from '../parts/table.js';
import {time} from '../parts/time.js';

const LIMIT = 50;
const STATES = ['RUNNING', 'STALLED', 'WAITING', 'VERIFYING', 'PAUSED', 'WAITING_WINDOW', 'DONE', 'DONE_WITH_EXCEPTIONS', 'LIMIT_REACHED',
  'FAILED', 'CANCELLED'];

const filter = query => ({state: query.get('state'), storageNode: query.get('node'), datacenter: query.get('datacenter')});

export function open(context) {
  const list = new PagedList(context, 'jobs', query => ({path: '/api/v1/jobs', query: {limit: LIMIT, ...filter(query)}}));
  const reload = context.every(10000, 'jobs', signal => list.load(signal));
  context.live.onEvent(type => {
    if (type === 'state') {
      reload();
    } else {
      context.updateSoon();
    }
  }, context.signal);

  /** The row with what the stream knows of it. Jobs that stand still come first. */
  function rows() {
    return list.rows.map(row => {
      const live = context.live.job(row.id)?.job;
      return live ? {...row, ...live} : row;
    }).sort((a, b) => Number(standsStill(b)) - Number(standsStill(a)));
  }

  const standsStill = job => !job.endedAt && needsAttention(job.state);

  function apply(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    context.router.change({state: form.get('state'), node: form.get('node').trim(), datacenter: form.get('datacenter').trim(), after: ''});
  }

  function draw() {
    const query = context.location.query;
    const filtered = Object.values(filter(query)).some(value => value);
    const words_ = Object.entries({state: query.get('state') && words(query.get('state')).replaceAll(' ', '-'), node: query.get('node'),
      datacenter: query.get('datacenter')}).filter(([, value]) => value).flatMap(([name, value]) => ['--' + name, value]);
    return html`
      <div class="row spread head"><h1 tabindex="-1">Jobs</h1>${context.session.refusal('operator') ? nothing
        : html`<a role="button" href="/console/jobs/new">Empty a storage node</a>`}</div>
      <form class="panel form-row" aria-label="Filter of jobs" @submit=${apply}>
        <label>State <select name="state">
          <option value="" ?selected=${!query.get('state')}>any</option>
          ${STATES.map(each => html`<option value=${each} ?selected=${query.get('state') === each}>${words(each)}</option>`)}
        </select></label>
        <label>Storage node <input name="node" .value=${query.get('node') ?? ''} autocomplete="off"></label>
        <label>Datacenter <input name="datacenter" .value=${query.get('datacenter') ?? ''} autocomplete="off"></label>
        <button type="submit" class="quiet">Filter</button>
        ${filtered ? html`<button type="button" class="quiet" @click=${() => context.router.go('/console/jobs')}>Show all</button>` : nothing}
      </form>
      <section class="panel" aria-label="List of jobs">
        ${!list.loaded ? html`<p class="muted">Loading jobs</p>` : list.rows.length > 0 ? listTable() : empty(filtered
          ? html`<p>No job has these properties.</p>`
          : html`<p>There is no job yet. Begin with a plan: it shows where the objects would go, and moves nothing.</p>`)}
        ${list.pager()}
        ${commands({path: '/api/v1/jobs' + location.search, login: context.session.credential !== 'none'},
          adm('job', 'list', '--output', 'table', ...words_))}
      </section>`;
  }

  function listTable() {
    return table({
      caption: 'Jobs, newest first; those that stand still before them',
      rows: rows(),
      key: job => job.id,
      alert: standsStill,
      columns: [
        {label: 'Storage node', cell: job => html`<a class="text" href=${jobAddress(job.id)}>${job.leavingNode || job.id}</a>`},
        {label: 'State', cell: job => badge(job.state)},
        {label: 'Moved', number: true, cell: job => count(job.relocated)},
        {label: 'Not moved', number: true, cell: job => count(job.skipped + job.failed)},
        {label: 'Found', number: true, cell: job => count(job.discovered)},
        {label: 'Pass', number: true, cell: job => job.pass},
        {label: 'Begun', cell: job => time(job.createdAt)},
        {label: 'Ended', cell: job => job.endedAt ? time(job.endedAt) : html`<span class="muted">runs</span>`},
        {label: 'Reason', cell: job => html`<span class="text">${job.reason ?? ''}</span>`}
      ]
    });
  }

  return {
    title: 'Jobs',
    draw,
    moved: () => {
      list.loaded = false;
      reload();
    }
  };
}
