// The settings of a job, where each value comes from, and changes while it runs.
import {api, path} from '../../core/api.js';
import {settingsTable} from '../../parts/settings-table.js';

export function settingsTab({id, context, job}) {
  return settingsTable(context, {
    title: 'Settings of this job',
    path: path`/api/v1/jobs/${id}/settings`,
    load: signal => api.get(path`/api/v1/jobs/${id}/settings`, {signal}),
    of: 'this job',
    words: ['--job', id],
    refusal: () => (job()?.actions ?? []).length === 0 || job().endedAt ? 'The job has ended.' : ''
  });
}
