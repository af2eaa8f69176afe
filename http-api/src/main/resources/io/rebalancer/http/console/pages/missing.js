// An address that the console does not have.
import {html} from '../lib/lit/lit-html.js';

export function open(context) {
  return {
    title: 'No such page',
    draw: () => html`<h1 tabindex="-1">No such page</h1>
      <p class="lead">The console has no page <code class="text">${context.location.path}</code>. <a href="/">Go to the overview</a>.</p>`
  };
}
