// Why one object is where it is, each attempt to move it, and what happens next.
import {html, nothing} from '../../lib/lit/lit-html.js';
import {api, path, query} from '../../core/api.js';
import {bytes, count, words} from '../../core/format.js';
import {adm, commands} from '../../parts/commands.js';
import {empty, notice, problemNotice} from '../../parts/notice.js';
import {table} from '../../parts/table.js';
import {time} from '../../parts/time.js';

export function objectTab({id, context}) {
  const state = {subject: '', found: null, problem: null};
  const subject = () => context.location.query.get('key') ?? context.location.query.get('object') ?? '';
  const parameter = () => subject().startsWith('/') ? {key: subject()} : {object: subject()};

  async function load() {
    if (!subject() || subject() === state.subject) {
      return;
    }
    Object.assign(state, {subject: subject(), found: null, problem: null});
    try {
      state.found = await api.get(path`/api/v1/jobs/${id}/why` + query(parameter()), {signal: context.signal});
    } catch (problem) {
      state.problem = problem;
    }
    context.update();
  }

  function ask(event) {
    event.preventDefault();
    const text = new FormData(event.target).get('subject').trim();
    state.subject = '';
    context.router.change(text.startsWith('/') ? {key: text, object: ''} : {object: text, key: ''});
  }

  function draw() {
    return html`<section class="panel" aria-labelledby="why"><h2 id="why">Why is this object where it is?</h2>
      <form class="form-row" @submit=${ask}>
        <label>Object id, or key <small>(/UUID/stor/NAME)</small>
          <input name="subject" required autocomplete="off" spellcheck="false" .value=${subject()}></label>
        <button type="submit">Explain</button>
      </form>
      ${!subject() ? empty(html`<p>Enter an object, or choose one on the tab Exceptions.</p>`) : nothing}
      ${state.problem ? problemNotice(state.problem) : nothing}
      ${subject() && !state.found && !state.problem ? html`<p class="muted" role="status">Reading the metadata of every shard</p>` : nothing}
    </section>
    ${state.found ? explained(state.found) : nothing}`;
  }

  function explained(found) {
    return html`
      ${found.next ? notice('warn', html`<p class="text"><strong>Next: </strong>${found.next}</p>${found.unblock ? html`<p class="text">${found.unblock}</p>` : nothing}`) : nothing}
      ${(found.unknownShards ?? []).map(each => notice('bad', html`<p>Shard ${each.shard} gave no answer: <span class="text">${each.reason}</span></p>`))}
      ${found.records.map(record)}
      ${(found.deleted ?? []).map(each => html`<section class="panel"><h3>Deleted, on shard ${each.shard}</h3>${attempts(each.attempts, each.attempts.length)}</section>`)}
      <section class="panel">${commands({path: path`/api/v1/jobs/${id}/why` + query(parameter()), login: context.session.credential !== 'none'},
        adm('job', 'why', id, subject()))}</section>`;
  }

  function record(each) {
    return html`<section class="panel"><h3 class="text mono">${each.key}</h3>
      <dl class="facts">
        <dt>Status</dt><dd>${words(each.status)}</dd>
        ${each.rule ? html`<dt>What blocks it</dt><dd class="text">${each.rule}</dd>` : nothing}
        <dt>Next</dt><dd class="text">${each.next} ${time(each.nextAt)}</dd>
        ${each.unblock ? html`<dt>What you can do</dt><dd class="text">${each.unblock}</dd>` : nothing}
        ${each.fault ? html`<dt>Fault</dt><dd class="text">${each.fault}</dd>` : nothing}
        <dt>Shard</dt><dd>${each.shard}</dd>
        ${each.now ? html`<dt>Copies now</dt><dd class="text">${each.now.copies.map(copy => copy.storageNode ?? copy.manta_storage_id ?? JSON.stringify(copy)).join(', ')}</dd>
          <dt>Object</dt><dd><code>${each.now.objectId}</code>, ${bytes(each.now.bytes)}</dd>` : nothing}
        ${each.inFlight ? html`<dt>In flight</dt><dd class="text">${words(each.inFlight.state)}, to ${each.inFlight.destination.storageNode
          ?? JSON.stringify(each.inFlight.destination)} ${time(each.inFlight.since)}</dd>` : nothing}
      </dl>
      ${attempts(each.attempts, each.attemptCount)}</section>`;
  }

  function attempts(rows, total) {
    return rows.length === 0 ? nothing : table({
      caption: 'Attempts, newest first' + (total > rows.length ? ': ' + count(rows.length) + ' of ' + count(total) : ''),
      rows,
      key: each => (each.at ?? '') + each.pass + each.reason + (each.assignmentId ?? ''),
      columns: [
        {label: 'Pass', cell: each => each.pass},
        {label: 'When', cell: each => time(each.at)},
        {label: 'Cause', cell: each => html`${words(each.reason)} <span class="muted small">${words(each.retryClass)}</span>`},
        {label: 'Destination', cell: each => html`<span class="text">${each.storageNode ?? ''}</span>`},
        {label: 'Detail', cell: each => html`<span class="text">${each.detail}</span>`}
      ]
    });
  }

  load();
  return {draw, moved: load};
}
