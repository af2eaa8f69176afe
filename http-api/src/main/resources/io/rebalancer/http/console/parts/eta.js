// When a pass ends: a band, or why that is not known.
import {html} from '../lib/lit/lit-html.js';
import {duration, exact, relative} from '../core/format.js';

export function eta(found) {
  if (!found) {
    return html`<span class="muted">unknown</span>`;
  }
  return found.p50
    ? html`<span title=${exact(found.p50) + ' to ' + exact(found.p90 ?? found.p50)}>${band(found)}</span>`
    : html`<span class="muted text" title=${found.basis}>unknown</span>`;
}

/** How far a pass is. How many records it will find is known only when all rows are read, so the bar may have no value. */
export function passBar(found, pass) {
  const label = 'Pass ' + pass;
  return found?.percentDone === undefined
    ? html`<progress aria-label=${label + ', how far is unknown'}></progress>`
    : html`<progress value=${found.percentDone} max="100" aria-label=${label + ': ' + found.percentDone + ' %'}></progress>`;
}

/** The end as a band: in 5 min to 9 min. An end that has passed is late. */
function band(found) {
  const left = instant => (new Date(instant).getTime() - Date.now()) / 1000;
  const late = left(found.p90 ?? found.p50);
  if (late < 0) {
    return 'later than estimated, ' + relative(found.p90 ?? found.p50);
  }
  return 'in ' + duration(Math.max(0, left(found.p50))) + ' to ' + duration(late);
}
