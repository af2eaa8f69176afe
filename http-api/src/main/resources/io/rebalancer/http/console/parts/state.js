// States: a shape, a word and a colour, so that colour is never the only signal.
import {html, svg} from '../lib/lit/lit-html.js';
import {words} from '../core/format.js';

const SHAPES = {
  run: svg`<path d="M2 1l9 5-9 5z"/>`,
  wait: svg`<path d="M2 1h3v10H2zM7 1h3v10H7z"/>`,
  good: svg`<path d="M1 6.5L2.5 5 5 7.5 9.8 2l1.4 1.4L5 10.5z"/>`,
  warn: svg`<path d="M6 .8L11.6 11H.4zM5.3 4.5v3h1.4v-3zm0 4v1.3h1.4V8.500z" fill-rule="evenodd"/>`,
  bad: svg`<path d="M2.4 1L6 4.600 9.600 1 11 2.400 7.400 6 11 9.600 9.600 11 6 7.400 2.400 11 1 9.600 4.600 6 1 2.400z"/>`,
  end: svg`<path d="M2 2h8v8H2z"/>`
};

const KINDS = {
  SETUP: 'run', RUNNING: 'run', VERIFYING: 'run', IN_SERVICE: 'good', UP: 'good', PASS: 'good', DONE: 'good', DRAINED: 'good',
  READY: 'good', ACTIVE: 'good', WAITING: 'wait', PAUSING: 'wait', PAUSED: 'wait', CLOSING_WINDOW: 'wait', WAITING_WINDOW: 'wait',
  COMPUTING: 'run', JOINING: 'wait', WEAKLYUP: 'wait', LEAVING: 'wait', EXITING: 'wait', STALLED: 'warn',
  DONE_WITH_EXCEPTIONS: 'warn', LIMIT_REACHED: 'warn', FENCED: 'wait', EXCLUDED: 'wait', WARN: 'warn', WAIVED: 'warn', EXPIRED: 'warn',
  FAILED: 'bad', FAILING: 'bad', FAIL: 'bad', REVOKED: 'bad', DOWN: 'bad', UNREACHABLE: 'bad', CANCELLING: 'end', CANCELLED: 'end',
  REMOVED: 'end'
};

export const kindOf = state => KINDS[String(state).toUpperCase()] ?? 'end';

export const shape = kind => html`<svg viewBox="0 0 12 12" aria-hidden="true">${SHAPES[kind]}</svg>`;

export const badge = (state, text = words(state)) =>
  html`<span class="state state-${kindOf(state)}">${shape(kindOf(state))}<span>${text}</span></span>`;

/** States that an operator has to look at. */
export const needsAttention = state => ['warn', 'bad'].includes(kindOf(state));
