// Totals over all jobs, and the window of the fleet.
import {html} from '../lib/lit/lit-html.js';
import {api} from '../core/api.js';
import {settingsTable} from '../parts/settings-table.js';

export function open(context) {
  const settings = settingsTable(context, {
    title: 'Totals over all jobs',
    path: '/api/v1/settings',
    load: signal => api.get('/api/v1/settings', {signal}),
    of: 'the fleet',
    fleet: true,
    words: [],
    refusal: () => ''
  });
  return {
    title: 'Settings',
    draw: () => html`<h1 tabindex="-1">Settings</h1>
      <p class="lead">Jobs share a total by their weight. A job has further settings on its page.</p>${settings.draw()}`
  };
}
