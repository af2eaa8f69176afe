// One job: where it is, what holds it, and what an operator can do. Each tab is a module.
import {html, nothing} from '../lib/lit/lit-html.js';
import {api, path} from '../core/api.js';
import {words} from '../core/format.js';
import {isEnded} from '../core/live.js';
import {nodeAddress} from '../core/router.js';
import {actionButton} from '../parts/action.js';
import {badge} from '../parts/state.js';
import {certificateTab} from './job/certificate.js';
import {eventsTab} from './job/events.js';
import {exceptionsTab} from './job/exceptions.js';
import {objectTab} from './job/object.js';
import {progressTab} from './job/progress.js';
import {settingsTab} from './job/settings.js';

const TABS = {
  progress: ['Progress', progressTab],
  exceptions: ['Exceptions', exceptionsTab],
  object: ['One object', objectTab],
  settings: ['Settings', settingsTab],
  events: ['Events', eventsTab],
  certificate: ['Certificate', certificateTab]
};

export function open(context) {
  const id = context.location.values.id;
  const state = {job: null, exceptions: -1};
  const tabs = new Map();

  const reload = context.every(10000, 'job', async signal => {
    state.job = await api.get(path`/api/v1/jobs/${id}`, {signal});
  });
  context.live.onEvent((type, data) => {
    if (type !== 'storage-node' && data.id === id) {
      if (type === 'state') {
        reload();
      }
      context.updateSoon();
    }
  }, context.signal);

  /** The job as the stream shows it, or as it was read, whichever is later. */
  function job() {
    const live = context.live.job(id)?.job;
    return live && (!state.job || live.revision >= state.job.revision) ? {...state.job, ...live} : state.job;
  }

  const view = {id, context, job, reload};

  function tab() {
    const name = context.location.query.get('tab') ?? 'progress';
    const known = TABS[name] ? name : 'progress';
    if (!tabs.has(known)) {
      tabs.set(known, TABS[known][1](view));
    }
    return [known, tabs.get(known)];
  }

  function draw() {
    const found = job();
    if (!found) {
      return html`<h1 tabindex="-1">Job</h1><p class="muted">Loading job <code>${id}</code></p>`;
    }
    const [name, content] = tab();
    const unmoved = found.skipped + found.failed;
    return html`
      <div class="row"><h1 tabindex="-1">Empty <span class="text">${found.leavingNode}</span></h1>${badge(found.state)}</div>
      <p class="lead">${found.datacenter ? html`Datacenter <span class="text">${found.datacenter}</span>. ` : nothing}Job
        <code>${id}</code>. <a href=${nodeAddress(found.leavingNode)}>Storage node</a>${found.retryOf
          ? html`. It retries exceptions of <a href=${'/console/jobs/' + found.retryOf.job}>another job</a>` : nothing}
        ${found.reason ? html`<br><span class="text">${found.reason}</span>` : nothing}</p>
      <div class="row head">${actions(found)}</div>
      <nav class="tabs" aria-label="Views of the job">${Object.entries(TABS).map(([key, [label]]) => html`
        <a href=${'?tab=' + key} @click=${event => choose(event, key)} aria-current=${key === name ? 'page' : nothing}>${label}${key === 'exceptions' && unmoved > 0
          ? ' (' + unmoved + ')' : ''}</a>`)}</nav>
      ${content.draw(found)}`;
  }

  function choose(event, key) {
    event.preventDefault();
    context.router.go(location.pathname + '?tab=' + key);
  }

  function actions(found) {
    const allowed = found.actions ?? [];
    const refusal = name => allowed.includes(name) ? '' : 'A job that is ' + words(found.state) + ' has no action "' + name + '".';
    const call = (name, more) => actionButton(context, {
      label: name[0].toUpperCase() + name.slice(1),
      refusal: refusal(name),
      path: path`/api/v1/jobs/${id}/${name}`,
      command: ['job', name, id],
      done: reload,
      ...more
    });
    return html`
      ${call('pause', {title: 'Pause the job', effect: 'No new copy begins. The job is paused when every agent has confirmed that it writes nothing for it;'
        + ' copies that are ready are kept. Resume continues where it was.'})}
      ${call('resume', {title: 'Resume the job', primary: true, effect: 'The job continues where it was. Nothing that was done is repeated.'})}
      ${call('cancel', {title: 'Cancel the job for good', danger: true, effect: 'The job ends. Records that it has moved stay moved;'
        + ' copies that no record names are released. ' + found.leavingNode + ' stays out of service until it is recommissioned or emptied by another job.'})}
      ${call('retry', {title: 'Retry', effect: isEnded(found.state)
        ? 'A new job looks again at all records of ' + found.leavingNode + '.'
        : 'The exceptions of this job are looked at again now, not only in its next pass.', done: answer => {
          if (answer?.id && answer.id !== id) {
            context.router.go('/console/jobs/' + answer.id);
          } else {
            reload();
          }
        }})}`;
  }

  return {
    get title() {
      return 'Job for ' + (job()?.leavingNode ?? id);
    },
    draw,
    moved: () => {
      const [, content] = tab();
      content.moved?.();
    }
  };
}
