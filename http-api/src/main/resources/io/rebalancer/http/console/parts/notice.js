// Notices: what failed, where, and what to do.
import {html, nothing} from '../lib/lit/lit-html.js';
import {others} from './others.js';

/** A failed call of the API. */
export function problemNotice(problem) {
  const retry = problem.retryAfter ? ' Try again in ' + problem.retryAfter + ' s.' : '';
  return html`<div class="notice notice-bad" role="alert">
    <p><strong class="text">${problem.title || 'This failed'}</strong></p>
    <p class="text">${problem.message}${retry}</p>
    ${problem.code ? html`<p class="small">Code: <code>${problem.code}</code></p>` : nothing}
    ${problem.noReply ? others() : nothing}
  </div>`;
}

export const notice = (kind, content) =>
  html`<div class="notice notice-${kind}" role=${kind === 'bad' ? 'alert' : 'status'}>${content}</div>`;

/** What a list shows while it is empty: what to do first. */
export const empty = content => html`<div class="empty">${content}</div>`;
