// Times: how long ago, and exactly on hover and for screen readers.
import {html, nothing} from '../lib/lit/lit-html.js';
import {exact, relative} from '../core/format.js';

export const time = instant => instant
  ? html`<time datetime=${instant} title=${exact(instant)}>${relative(instant)}</time>`
  : nothing;
