// Settings with their values, their origin, and a change of each.
import {html, nothing} from '../lib/lit/lit-html.js';
import {bytes, count, words} from '../core/format.js';
import {actionButton} from './action.js';
import {adm, commands} from './commands.js';
import {table} from './table.js';
import {time} from './time.js';
import {windowForm, windowNow} from './window-form.js';

const ORIGINS = {default: 'the default', file: 'the settings file', api: 'an operator', adaptive: 'adapted to the load', window: 'the window'};

export function settingsTable(context, options) {
  const state = {found: null, typed: new Map()};
  const reload = context.every(10000, 'settings', async signal => {
    state.found = await options.load(signal);
  });

  const workWindow = windowForm(context, {...options, done: reload});

  const shown = each => each.value === undefined ? html`<span class="muted">no limit</span>`
    : each.unit?.startsWith('bytes') ? bytes(each.value) + (each.unit.endsWith('/s') ? '/s' : '') : count(each.value) + (each.unit ? ' ' + each.unit : '');

  function change(each) {
    const text = state.typed.get(each.name) ?? '';
    const value = text === '' ? null : Number(text);
    const fault = text !== '' && (!Number.isInteger(value) || value < each.min || value > each.max)
      ? each.name + ' must be a whole number from ' + count(each.min) + ' to ' + count(each.max) + '.' : '';
    const reset = text === '';
    return html`<div class="form-row tight">
      <label><span class="hidden">New value of ${each.name}</span><input type="number" inputmode="numeric" min=${each.min} max=${each.max} .value=${text}
        @input=${event => { state.typed.set(each.name, event.target.value); context.update(); }}></label>
      ${actionButton(context, {
        label: reset ? 'Reset' : 'Set',
        of: each.name,
        title: (reset ? 'Reset ' : 'Set ') + each.name,
        refusal: options.refusal() || fault || (reset && each.origin !== 'api' ? 'No operator set it, so there is nothing to reset. Enter a value.' : ''),
        effect: reset ? 'The value is not set by an operator any more.' : each.name + ' is ' + count(value) + (each.unit ? ' ' + each.unit : '') + ' from now on, also after a restart.',
        method: 'PATCH',
        path: options.path,
        body: {[each.name]: value},
        command: ['settings', reset ? 'reset' : 'set', ...options.words, reset ? each.name : each.name + '=' + value],
        done: () => {
          state.typed.delete(each.name);
          reload();
        }
      })}</div>`;
  }

  function draw() {
    if (!state.found) {
      return html`<p class="muted">Loading settings</p>`;
    }
    return html`<section class="panel"><h2>${options.title}</h2>${table({
      caption: 'Each value that holds now, and why',
      rows: state.found.settings,
      key: each => each.name,
      columns: [
        {label: 'Setting', cell: each => html`<code>${each.name}</code>`},
        {label: 'Value', number: true, cell: shown},
        {label: 'Set by', cell: each => html`${ORIGINS[each.origin] ?? words(each.origin)}${each.setBy ? html` <span class="text muted small">${each.setBy}</span> ${time(each.setAt)}` : nothing}
          ${each.clampedBy ? html`<br><span class="small text">lowered by ${each.clampedBy}</span>` : nothing}`},
        {label: 'Change', cell: change}
      ]
    })}
    ${commands({path: options.path, login: context.session.credential !== 'none'}, adm('settings', 'get', ...options.words))}
    </section>
    <section class="panel" aria-labelledby="window"><h2 id="window">Window of ${options.of}</h2>
      ${state.found.window ? windowNow('Now', state.found.window) : html`<p class="muted">There is none: work is done at all times${state.found.fleetWindow
        ? ' that the window of the fleet allows' : ''}.</p>`}
      ${state.found.fleetWindow ? windowNow('Window of the fleet, which holds too', state.found.fleetWindow) : nothing}
      ${workWindow.draw(state.found.window)}
    </section>`;
  }

  return {draw};
}
