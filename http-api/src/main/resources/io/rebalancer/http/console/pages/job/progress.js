// How far and how fast a job is, where its bottleneck is, and what holds it.
import {html, nothing} from '../../lib/lit/lit-html.js';
import {api, path} from '../../core/api.js';
import {bytes, count, duration, rate, words} from '../../core/format.js';
import {isEnded} from '../../core/live.js';
import {nodeAddress} from '../../core/router.js';
import {adm, commands} from '../../parts/commands.js';
import {eta, passBar} from '../../parts/eta.js';
import {notice} from '../../parts/notice.js';
import {table} from '../../parts/table.js';
import {time} from '../../parts/time.js';
import {throughput} from './throughput.js';

const LIMITS = {scan: 'scan', placement: 'plan', agents: 'copy', commits: 'commit', window: '', cap: '', none: ''};

export function progressTab(view) {
  const {id, context, job} = view;
  const state = {progress: null, blockers: null};
  const ended = () => job() && isEnded(job().state);
  context.every(2000, 'progress', async signal => {
    if (!state.progress || !ended() || state.progress.state !== job().state) {
      state.progress = await api.get(path`/api/v1/jobs/${id}/progress`, {signal});
    }
  });
  context.every(4000, 'blockers', async signal => {
    if (!ended()) {
      state.blockers = await api.get(path`/api/v1/jobs/${id}/blockers`, {signal});
    }
  });
  const speed = throughput(view);

  function draw(found) {
    const progress = state.progress;
    const done = found.discovered - found.inFlight;
    const running = !isEnded(found.state);
    return html`
      <section class="panel" aria-labelledby="done"><h2 id="done">Progress</h2>
        <div class="figures">
          ${figure('Done', html`${count(done)} <span class="small muted">of ${count(found.discovered)} found</span>`)}
          ${figure('Moved', html`${count(found.relocated)} <span class="small muted">${bytes(found.bytes)}</span>`)}
          ${figure('Needs no move', html`${count(found.superseded + found.gone + found.duplicate)} <span class="small muted">changed, deleted or found twice</span>`)}
          ${figure('Not moved', html`<span class="small muted">skipped</span> ${count(found.skipped)} <span class="small muted">failed</span> ${count(found.failed)}`)}
          ${running ? figure('Rate', progress?.rate ? html`${rate(progress.rate.recordsPerSecond, 'records')} <span class="small muted">${bytes(progress.rate.bytesPerSecond)}/s</span>` : 'unknown') : nothing}
          ${running ? figure('Pass ' + found.pass + ' ends', eta(progress?.eta)) : nothing}
        </div>
        ${running ? passBar(progress?.eta, found.pass) : nothing}
        ${running && progress?.eta.basis ? html`<p class="small muted text">${progress.eta.percentDone === undefined ? ''
          : progress.eta.percentDone + ' % of the pass. '}The estimate: ${progress.eta.basis}</p>` : nothing}
        ${verification(found)}
        ${commands({path: path`/api/v1/jobs/${id}/progress`, login: context.session.credential !== 'none'}, adm('job', 'watch', id))}
      </section>
      ${running ? blockers() : nothing}
      ${running ? pipeline(found) : nothing}
      ${speed.draw()}
      ${running ? destinations() : nothing}`;
  }

  const figure = (label, value) => html`<div><span class="figure-label">${label}</span><span class="figure-value">${value}</span></div>`;

  function verification(found) {
    const seen = found.verification;
    if (!seen) {
      return nothing;
    }
    const text = seen.rowsNaming === undefined ? nothing : html`<p>The last verification ${time(seen.at)} read ${count(seen.rowsRead)} rows of
      ${count(seen.shards)} shards: ${count(seen.rowsNaming)} name the node, ${count(seen.unreadable)} can't be read, ${count(seen.uploads)} uploads will write to it.</p>`;
    return html`${text}${seen.progress ? html`<p>A verification is reading the shards now.</p>` : nothing}`;
  }

  function blockers() {
    const found = state.blockers;
    if (!found) {
      return nothing;
    }
    return html`<section class="panel" aria-labelledby="holds"><h2 id="holds">What holds it</h2>
      ${found.blockers.length === 0 ? html`<p class="muted">Nothing holds the job.</p>` : table({
        caption: 'The heaviest first',
        rows: found.blockers,
        key: each => each.stage + each.cause + each.detail,
        columns: [
          {label: 'Cause', cell: each => words(each.cause)},
          {label: 'Records', number: true, cell: each => each.records === undefined ? '' : count(each.records)},
          {label: 'Since', cell: each => time(each.since)},
          {label: 'Until', cell: each => each.until ? time(each.until) : html`<span class="muted">no end</span>`},
          {label: 'Detail', cell: each => html`<span class="text">${each.detail}</span>`},
          {label: 'What you can do', cell: each => html`<span class="text">${each.unblock}</span>`}
        ]
      })}</section>`;
  }

  function pipeline(found) {
    const held = state.blockers;
    const stages = state.progress?.stages;
    const rates = held?.rates;
    const per = value => rates && rates.seconds > 0 ? rate(value / rates.seconds, '').replace(' /s', '/s') : '';
    const limit = held ? LIMITS[held.bottleneck] : '';
    const boxes = [
      ['scan', 'Scan', per(rates?.scannedRows), 'rows read'],
      ['plan', 'Place', per(rates?.placed), 'records given a destination'],
      ['copy', 'Copy and verify', per(rates?.copied), stages ? count(stages.toCopy.records) + ' waiting, ' + bytes(stages.toCopy.bytes) : ''],
      ['commit', 'Change metadata', per(rates?.committed), stages ? count(stages.toCommit.records) + ' waiting' : ''],
      ['release', 'Release', '', count(found.releasesPending) + ' assignments to release']
    ];
    return html`<section class="panel" aria-labelledby="pipeline"><h2 id="pipeline">Pipeline</h2>
      <ul class="pipeline">${boxes.map(([key, label, value, detail]) => html`<li class="stage-box ${key === limit ? 'limit' : ''}">
        <strong>${label}${key === limit ? ' (limits the job)' : ''}</strong><span class="figure-value">${value || ' '}</span><span class="small muted">${detail}</span></li>`)}</ul>
      ${held && held.bottleneck !== 'none' ? notice('warn', html`<p><strong>Bottleneck: ${words(held.bottleneck)}.</strong> <span class="text">${held.unblock}</span></p>`) : nothing}
      ${rates ? html`<p class="small muted">Rates of the last ${duration(rates.seconds)}.</p>` : nothing}
    </section>`;
  }

  function destinations() {
    const rows = state.progress?.destinations ?? [];
    return html`<section class="panel" aria-labelledby="destinations"><h2 id="destinations">Destinations</h2>
      ${rows.length === 0 ? html`<p class="muted">Nothing is in flight.</p>` : table({
        caption: 'What is in flight, the most records first',
        rows: [...rows].sort((a, b) => b.toCopy.records + b.toCommit.records - a.toCopy.records - a.toCommit.records).slice(0, 100),
        key: each => each.storageNode,
        columns: [
          {label: 'Destination', cell: each => html`<a class="text" href=${nodeAddress(each.storageNode)}>${each.storageNode}</a>`},
          {label: 'Datacenter', cell: each => html`<span class="text">${each.datacenter}</span>`},
          {label: 'To copy', number: true, cell: each => html`${count(each.toCopy.records)} <span class="muted small">${bytes(each.toCopy.bytes)}</span>`},
          {label: 'To commit', number: true, cell: each => html`${count(each.toCommit.records)} <span class="muted small">${bytes(each.toCommit.bytes)}</span>`},
          {label: 'Assignments', number: true, cell: each => count(each.toCopy.assignments + each.toCommit.assignments)}
        ]
      })}
    </section>`;
  }

  return {draw, moved: speed.moved};
}
