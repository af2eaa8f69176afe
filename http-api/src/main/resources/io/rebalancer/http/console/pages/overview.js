// The overview: what needs attention, what runs, and the fleet.
import {html, nothing} from '../lib/lit/lit-html.js';
import {guard} from '../lib/lit/directives/guard.js';
import {api, path} from '../core/api.js';
import {bytes, count, rate, words} from '../core/format.js';
import {isEnded} from '../core/live.js';
import {jobAddress, nodeAddress} from '../core/router.js';
import {eta, passBar} from '../parts/eta.js';
import {fleetOf} from '../parts/fleet.js';
import {heatMap} from '../parts/heat-map.js';
import {empty} from '../parts/notice.js';
import {badge, needsAttention} from '../parts/state.js';
import {table} from '../parts/table.js';
import {time} from '../parts/time.js';

const SHOWN_JOBS = 20;
const JOBS_WITH_ETA = 8;
const RATE_MS = 20000;

export function open(context) {
  const state = {fleet: null, cluster: null, nodes: null, recent: null, etas: new Map()};

  const running = () => [...context.live.jobs.values()].map(each => each.job).filter(job => job && !isEnded(job.state))
    .sort((a, b) => Number(needsAttention(b.state)) - Number(needsAttention(a.state)) || a.leavingNode.localeCompare(b.leavingNode));

  context.every(10000, 'fleet', async signal => {
    state.fleet = await fleetOf(signal);
  });
  context.every(10000, 'cluster', async signal => {
    state.cluster = await api.get('/api/v1/cluster', {signal});
  });
  context.every(15000, 'nodes', async signal => {
    state.nodes = await api.get('/api/v1/storage-nodes', {signal});
  });
  const loadRecent = context.every(15000, 'recent', async signal => {
    state.recent = (await api.get('/api/v1/jobs?limit=10', {signal})).jobs;
  });
  context.every(5000, 'progress', async signal => {
    for (const job of running().slice(0, JOBS_WITH_ETA)) {
      const found = await api.get(path`/api/v1/jobs/${job.id}/progress`, {signal}).catch(() => null);
      if (found) {
        state.etas.set(job.id, found.eta);
      }
    }
  });
  context.live.onEvent(type => {
    if (type === 'state') {
      loadRecent();
    }
    context.updateSoon();
  }, context.signal);

  function attention() {
    const found = [];
    for (const job of running()) {
      if (needsAttention(job.state)) {
        found.push(html`<a href=${jobAddress(job.id)}>Job for <span class="text">${job.leavingNode}</span></a> is ${badge(job.state)}
          <span class="text">${job.reason ?? job.waiting?.[0]?.detail ?? ''}</span>`);
      }
    }
    for (const member of state.cluster?.members ?? []) {
      if (!member.reachable) {
        found.push(html`<a href="/console/cluster">Member ${member.address}</a> of the cluster can't be reached
          (<span class="text">${member.roles.join(', ')}</span>).`);
      }
    }
    for (const problem of state.cluster?.problems ?? []) {
      found.push(html`<a href="/console/cluster">Cluster</a>: <span class="text">${problem}</span>`);
    }
    const lost = (state.fleet?.nodes ?? []).filter(node => !node.agentReachable);
    if (lost.length > 0) {
      found.push(html`${count(lost.length)} agent${lost.length === 1 ? '' : 's'} can't be reached: ${lost.slice(0, 5).map((node, i) =>
        html`${i ? ', ' : ''}<a class="text" href=${nodeAddress(node.storageNode)}>${node.storageNode}</a>`)}${lost.length > 5 ? ' ...' : ''}`);
    }
    for (const node of state.nodes?.penalised ?? []) {
      found.push(html`<a class="text" href=${nodeAddress(node.storageNode)}>${node.storageNode}</a> receives few copies until
        ${time(node.penalty?.until)}: <span class="text">${node.penalty?.causes?.map(each => words(each.cause)).join(', ')}</span>`);
    }
    for (const job of state.recent ?? []) {
      if (job.state === 'FAILED' || job.state === 'DONE_WITH_EXCEPTIONS') {
        found.push(html`<a href=${jobAddress(job.id)}>Job for <span class="text">${job.leavingNode}</span></a> ended ${time(job.endedAt)}:
          ${badge(job.state)} <span class="text">${job.reason}</span>`);
      }
    }
    return found;
  }

  function draw() {
    const alerts = attention();
    const jobs = running();
    const newJob = html`<a role="button" href="/console/jobs/new">Empty a storage node</a>`;
    return html`
      <div class="row spread head"><h1 tabindex="-1">Overview</h1>${context.session.refusal('operator') ? nothing : newJob}</div>
      <section class="panel" aria-labelledby="attention">
        <h2 id="attention">Needs attention</h2>
        ${alerts.length === 0 ? html`<p class="muted">Nothing: no job is stalled, every agent and member replies.</p>`
          : html`<ul>${alerts.slice(0, 20).map(alert => html`<li>${alert}</li>`)}</ul>`}
      </section>
      <section class="panel" aria-labelledby="running">
        <div class="row spread"><h2 id="running">Running jobs</h2><a href="/console/jobs">All jobs</a></div>
        ${jobs.length === 0
          ? empty(html`<p>No job runs. To empty a storage node, plan it first: the plan moves nothing.</p>`)
          : runningTable(jobs)}
      </section>
      <section class="panel" aria-labelledby="fleet">
        <div class="row spread"><h2 id="fleet">Fleet</h2><a href="/console/nodes">All storage nodes</a></div>
        ${state.fleet ? guard([state.fleet], () => heatMap(state.fleet.nodes)) : html`<p class="muted">Loading the fleet</p>`}
      </section>`;
  }

  function runningTable(jobs) {
    return html`${table({
      caption: 'Jobs that have not ended, those that stand still first',
      rows: jobs.slice(0, SHOWN_JOBS),
      key: job => job.id,
      alert: job => needsAttention(job.state),
      columns: [
        {label: 'Storage node', cell: job => html`<a class="text" href=${jobAddress(job.id)}>${job.leavingNode}</a>`},
        {label: 'State', cell: job => badge(job.state)},
        {label: 'Pass', cell: job => html`${passBar(state.etas.get(job.id), job.pass)}<span class="small">${count(job.discovered - job.inFlight)} records done,
          ${count(job.inFlight)} in flight</span>`},
        {label: 'Rate', number: true, cell: job => {
          const found = context.live.job(job.id)?.samples.rate(RATE_MS);
          return found ? html`${rate(found.records, 'records')}<br><span class="small muted">${bytes(found.bytes)}/s</span>` : 'measuring';
        }},
        {label: 'Pass ends', cell: job => eta(state.etas.get(job.id))},
        {label: 'Waits for', cell: job => (job.waiting ?? []).length === 0 ? html`<span class="muted">nothing</span>`
          : html`<span class="text">${job.waiting[0].detail}</span>${job.waiting.length > 1
            ? html` <span class="muted">and ${job.waiting.length - 1} more</span>` : nothing}`}
      ]
    })}${jobs.length > SHOWN_JOBS ? html`<p class="muted small">${count(jobs.length - SHOWN_JOBS)} more: <a href="/console/jobs">all jobs</a></p>` : nothing}`;
  }

  return {title: 'Overview', draw};
}
