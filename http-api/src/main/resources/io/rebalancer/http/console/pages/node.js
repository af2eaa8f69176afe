// One storage node: its state, its penalty, the job that empties it, and what may be done with it.
import {html, nothing} from '../lib/lit/lit-html.js';
import {api, path, query} from '../core/api.js';
import {bytes, count, mib, words} from '../core/format.js';
import {jobAddress} from '../core/router.js';
import {actionButton} from '../parts/action.js';
import {agentPanel} from '../parts/agent.js';
import {certificatePanel} from '../parts/certificate.js';
import {adm, commands} from '../parts/commands.js';
import {fleetOf} from '../parts/fleet.js';
import {notice} from '../parts/notice.js';
import {badge} from '../parts/state.js';
import {table} from '../parts/table.js';
import {time} from '../parts/time.js';

const OUT = ['FENCED', 'DRAINED', 'EXCLUDED', 'REMOVED'];

export function open(context) {
  const node = context.location.values.node;
  const address = path`/api/v1/storage-nodes/${node}`;
  const state = {node: null, line: null, jobs: null};
  const reload = context.every(5000, 'node', async signal => {
    state.node = await api.get(address, {signal});
  });
  context.every(15000, 'fleet', async signal => {
    state.line = (await fleetOf(signal)).nodes.find(each => each.storageNode === node) ?? null;
  });
  context.every(15000, 'jobs', async signal => {
    state.jobs = (await api.get('/api/v1/jobs' + query({storageNode: node, limit: 20}), {signal})).jobs;
  });
  context.live.onEvent((type, data) => type === 'storage-node' && data.storageNode === node ? reload() : null, context.signal);
  const certificate = certificatePanel(context, () => node);
  const agent = agentPanel(context, node);

  function draw() {
    const found = state.node;
    if (!found) {
      return html`<h1 tabindex="-1" class="text">${node}</h1><p class="muted">Loading</p>`;
    }
    return html`
      <div class="row head"><h1 tabindex="-1" class="text">${node}</h1>${badge(found.state)}</div>
      <div class="row head">${actions(found)}</div>
      ${found.penalty ? notice('warn', html`<p>The node receives few copies until ${time(found.penalty.until)}:</p><ul>${found.penalty.causes.map(each => html`<li>
        ${words(each.cause)}: <span class="text">${each.detail}</span></li>`)}</ul>`) : nothing}
      ${found.penaltiesUnavailable ? notice('warn', html`<p class="text">${found.penaltiesUnavailable}</p>`) : nothing}
      <section class="panel" aria-labelledby="facts"><h2 id="facts">State</h2><dl class="facts">
        <dt>Service</dt><dd>${words(found.state)} ${time(found.since)}${found.job ? html`, by <a href=${jobAddress(found.job)}>a job</a>` : nothing}</dd>
        ${state.line ? html`<dt>Datacenter</dt><dd class="text">${state.line.datacenter}</dd>
          <dt>Space</dt><dd>${state.line.percentUsed} % used, ${mib(state.line.availableMib)} free</dd>
          <dt>Agent</dt><dd>${state.line.agentReachable ? 'reachable' : 'not reachable from this manager'}</dd>` : nothing}
        <dt>Quarantine</dt><dd><a href=${'/console/reconciliation' + query({quarantine: node})}>Files that lost their object's name</a></dd>
      </dl>${commands({path: address, login: context.session.credential !== 'none'}, adm('node', 'get', node))}</section>
      ${found.state === 'DRAINED' ? certificate.draw() : nothing}
      ${receives(found.jobs?.destinationOf ?? [])}
      ${agent.draw()}
      <section class="panel" aria-labelledby="jobs"><h2 id="jobs">Jobs that empty or emptied it</h2>
        ${!state.jobs ? html`<p class="muted">Loading</p>` : state.jobs.length === 0 ? html`<p class="muted">None.</p>` : table({
          caption: 'Newest first',
          rows: state.jobs,
          key: job => job.id,
          columns: [
            {label: 'Begun', cell: job => html`<a href=${jobAddress(job.id)}>${time(job.createdAt)}</a>`},
            {label: 'State', cell: job => badge(job.state)},
            {label: 'Moved', number: true, cell: job => count(job.relocated)},
            {label: 'Not moved', number: true, cell: job => count(job.skipped + job.failed)},
            {label: 'Reason', cell: job => html`<span class="text">${job.reason}</span>`}
          ]
        })}</section>`;
  }

  function receives(jobs) {
    return jobs.length === 0 ? nothing : html`<section class="panel" aria-labelledby="receives"><h2 id="receives">Jobs and runs that copy to it</h2>${table({
      caption: 'With open assignments, and the space that is promised to them',
      rows: jobs,
      key: each => each.job ?? each.run,
      columns: [
        {label: 'Job or run', cell: each => each.job ? html`<a href=${jobAddress(each.job)}>Job <code>${each.job}</code></a>`
          : html`<a href=${'/console/reconciliation' + query({run: each.run})}>Run <code>${each.run}</code></a>`},
        {label: 'Assignments', number: true, cell: each => count(each.assignments)},
        {label: 'Promised', number: true, cell: each => bytes(each.leasedBytes)}
      ]
    })}</section>`;
  }

  function actions(found) {
    const call = (name, more) => actionButton(context, {
      label: name[0].toUpperCase() + name.slice(1), path: address + '/' + name, command: ['node', name, node], done: reload, ...more
    });
    const refused = context.session.refusal('operator');
    return html`
      ${refused || found.state === 'REMOVED' ? nothing
        : html`<a role="button" class="quiet" href=${'/console/jobs/new' + query({node})}>Empty this node</a>`}
      ${call('exclude', {effect: 'The node keeps what it has and receives no further copies. Recommission ends that.',
        refusal: found.state === 'IN_SERVICE' ? '' : 'The node is ' + words(found.state) + ' already.'})}
      ${call('recommission', {effect: 'The node receives copies again.' + (found.state === 'DRAINED' ? ' Its certificate does not hold any more.' : ''),
        refusal: OUT.includes(found.state) ? '' : 'The node is in service.'})}
      ${call('remove', {danger: true, typed: node, title: 'Record that the node is gone for good', command: ['node', 'remove', node, '--yes'],
        effect: 'The node is recorded as removed, and gets no certificate any more. Save the certificate before.',
        refusal: found.state === 'DRAINED' ? '' : 'Only a drained node is proved to be empty; this one is ' + words(found.state) + '.'})}`;
  }

  return {title: node, draw};
}
