// When work may be done: the weekly ranges, the time zone and the days without work, as they hold now, and a form to change them.
import {html, nothing} from '../lib/lit/lit-html.js';
import {actionButton} from './action.js';
import {time} from './time.js';

const lines = text => text.split('\n').map(each => each.trim()).filter(each => each !== '');
const days = text => text.split(/[\s,]+/).filter(each => each !== '');
const zones = Intl.supportedValuesOf?.('timeZone') ?? [];
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The field that a refusal of the API is about. */
const FIELDS = [['zone', /timeZone/], ['days', /blackout/i], ['ranges', /weekly/]];

/** @param options of the settings: path, words for rebalancer-adm, refusal, of (whose window it is), and done */
export function windowForm(context, options) {
  const state = {typed: {}, refused: null};

  const shown = (name, found) => state.typed[name] ?? {
    zone: found?.timeZone ?? here,
    ranges: (found?.weekly ?? []).join('\n'),
    days: (found?.blackoutDays ?? []).join(', ')
  }[name];

  function type(name, value) {
    state.typed[name] = value;
    state.refused = null;
    context.update();
  }

  /** Shows a refusal at the field that it is about; one about nothing in the form stays in the dialog. */
  function refuse(problem) {
    const field = problem.status === 400 ? FIELDS.find(([, pattern]) => pattern.test(problem.message))?.[0] : undefined;
    if (!field) {
      return false;
    }
    state.refused = {field, text: problem.message};
    context.update();
    requestAnimationFrame(() => document.getElementById('window-' + field)?.focus());
    return true;
  }

  function done() {
    state.typed = {};
    state.refused = null;
    options.done();
  }

  const help = (name, text) => html`<small id=${'window-' + name + '-help'}>${text}</small>
    ${state.refused?.field === name ? html`<span class="refused text" role="alert" id=${'window-' + name + '-refused'}>${state.refused.text}</span>` : nothing}`;
  const described = name => 'window-' + name + '-help' + (state.refused?.field === name ? ' window-' + name + '-refused' : '');
  const invalid = name => state.refused?.field === name ? 'true' : nothing;

  function setButton(found) {
    const zone = shown('zone', found).trim();
    const weekly = lines(shown('ranges', found));
    const blackoutDays = days(shown('days', found));
    return actionButton(context, {
      label: 'Set the window',
      title: 'Set the window of ' + options.of,
      refusal: options.refusal() || (weekly.length === 0 ? 'Enter a range, such as mon-fri 20:00-06:00.' : '') || (zone === '' ? 'Enter a time zone.' : ''),
      effect: 'Work is done only in these ranges, in the time of ' + zone + ': ' + weekly.join('; ')
        + (blackoutDays.length > 0 ? '; and not on ' + blackoutDays.join(', ') : '')
        + '. Outside of them agents stop their copies and nothing is written. It holds at once, and after a restart too.',
      method: 'PATCH',
      path: options.path,
      body: {window: {timeZone: zone, weekly, blackoutDays}},
      command: ['settings', 'window', ...options.words, '--time-zone', zone, ...blackoutDays.flatMap(day => ['--blackout', day]), ...weekly],
      failed: refuse,
      done
    });
  }

  const removeButton = found => actionButton(context, {
    label: 'Remove the window',
    title: 'Remove the window of ' + options.of,
    refusal: options.refusal() || (found ? '' : 'There is no window.'),
    effect: 'Work of ' + options.of + ' is done at all times' + (options.fleet ? '' : ' that the window of the fleet allows') + ', from now on.',
    method: 'PATCH',
    path: options.path,
    body: {window: null},
    command: ['settings', 'reset', ...options.words, 'window'],
    done
  });

  function draw(found) {
    return html`<form class="window" aria-label=${'Window of ' + options.of} @submit=${event => event.preventDefault()}>
      <div class="form-row from-top">
        <label>Weekly ranges
          <textarea id="window-ranges" rows="3" spellcheck="false" autocomplete="off" aria-describedby=${described('ranges')} aria-invalid=${invalid('ranges')}
            .value=${shown('ranges', found)} @input=${event => type('ranges', event.target.value)}></textarea>
          ${help('ranges', 'One in each line, such as mon-fri 20:00-06:00 or sat,sun 00:00-24:00')}</label>
        <label>Time zone
          <input id="window-zone" list="time-zones" spellcheck="false" autocomplete="off" aria-describedby=${described('zone')} aria-invalid=${invalid('zone')}
            .value=${shown('zone', found)} @input=${event => type('zone', event.target.value)}>
          ${help('zone', 'Of all times and days here, such as Europe/Berlin or UTC')}</label>
        <datalist id="time-zones">${zones.map(zone => html`<option value=${zone}></option>`)}</datalist>
        <label>Days without work
          <input id="window-days" spellcheck="false" autocomplete="off" aria-describedby=${described('days')} aria-invalid=${invalid('days')}
            .value=${shown('days', found)} @input=${event => type('days', event.target.value)}>
          ${help('days', 'Dates with commas between them, such as 2026-12-24, 2026-12-25')}</label>
      </div>
      <p class="row">${setButton(found)}${removeButton(found)}</p>
    </form>`;
  }

  return {draw};
}

/** A window as it holds now. */
export const windowNow = (label, found) => html`<p><strong>${label}:</strong>
  <span class="text">${found.weekly.join(', ')} (${found.timeZone})</span>${found.blackoutDays.length > 0
    ? html`, not on <span class="text">${found.blackoutDays.join(', ')}</span>` : nothing}, ${found.open ? 'open' : 'closed'}
  now${found.nextChange ? html`, changes ${time(found.nextChange)}` : nothing}. Set by <span class="text">${found.setBy}</span> ${time(found.setAt)}</p>`;
