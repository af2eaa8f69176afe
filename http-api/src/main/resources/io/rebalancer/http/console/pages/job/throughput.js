// The speed of a job: what the manager has counted since its begin, and behind that what the event stream shows.
import {html, nothing} from '../../lib/lit/lit-html.js';
import {api, path, query} from '../../core/api.js';
import {bytes, clock, count, duration, moment, rate} from '../../core/format.js';
import {isEnded} from '../../core/live.js';
import {chart} from '../../parts/chart.js';
import {adm, commands} from '../../parts/commands.js';
import {notice} from '../../parts/notice.js';

const WINDOWS = {'15m': ['15 min', 900], '1h': ['1 h', 3600], '6h': ['6 h', 21600], all: ['All', 0]};
const DEFAULT = '1h';
const POINTS = 240;
const READ_MS = 30000;
const DAY = 86400;
/** The shortest time between two points of the event stream. A step of the history gets at least six. */
const LIVE_SECONDS = 10;
/** As of this time, the last point is shown, so that the chart moves. */
const LAST_SECONDS = 5;

/** A point for each step, at its end: [times, records per second, bytes per second]. */
function perSecond(steps) {
  return [
    steps.map(step => Date.parse(step.at) / 1000 + step.seconds),
    steps.map(step => step.seconds > 0 ? step.relocated / step.seconds : 0),
    steps.map(step => step.seconds > 0 ? step.bytes / step.seconds : 0)
  ];
}

/**
 * Adds what the event stream shows after a time.
 *
 * @param skew how many seconds the clock of this browser is ahead of the manager's
 */
function addLive(data, samples, from, every, skew) {
  let first = -1;
  for (let i = 0; i < samples.times.length; i++) {
    const at = samples.times[i] / 1000 - skew;
    if (at <= from || first === -1) {
      first = i;
      continue;
    }
    const seconds = (samples.times[i] - samples.times[first]) / 1000;
    const last = i === samples.times.length - 1;
    if (at > (data[0].at(-1) ?? 0) && (seconds >= every || (last && seconds >= LAST_SECONDS))) {
      data[0].push(at);
      data[1].push((samples.records[i] - samples.records[first]) / seconds);
      data[2].push((samples.bytes[i] - samples.bytes[first]) / seconds);
      first = i;
    }
  }
}

/**
 * The points of a chart: those of the history, and behind them those of the event stream.
 *
 * @param state the answer of the API, whether the job had ended, and the skew of the clocks
 */
export function joined({found, ended, skew}, samples = {times: [], records: [], bytes: []}) {
  if (ended) {
    return perSecond(found.steps);
  }
  // The last step has not ended. What the stream shows of it is closer than its average, if the page was open before it began.
  const open = found.steps.at(-1);
  const begun = open ? Date.parse(open.at) / 1000 : 0;
  const seesAll = open && samples.times.length > 1 && samples.times[0] / 1000 - skew <= begun;
  const data = perSecond(seesAll ? found.steps.slice(0, -1) : found.steps);
  addLive(data, samples, seesAll ? begun : Date.parse(found.to) / 1000, Math.max(LIVE_SECONDS, found.stepSeconds / 6), skew);
  return data;
}

/** What was moved in the time of the chart: what the history has, and what the event stream shows since that was read. */
export function moved({found, ended, skew}, samples = {times: [], records: [], bytes: []}) {
  const sum = name => found.steps.reduce((all, step) => all + step[name], 0);
  const read = Date.parse(found.to) + 1000 * skew;
  const first = Math.max(0, samples.times.findLastIndex(at => at <= read));
  const since = values => ended || values.length === 0 ? 0 : values.at(-1) - values[first];
  return {records: sum('relocated') + since(samples.records), bytes: sum('bytes') + since(samples.bytes)};
}

export function throughput({id, context, job}) {
  const address = path`/api/v1/jobs/${id}/rates`;
  const state = {found: null, window: '', skew: 0, ended: false, readsSinceEnd: 0};
  const picture = chart(() => context.update());
  const chosen = () => {
    const word = context.location.query.get('window') ?? DEFAULT;
    return WINDOWS[word] ? word : DEFAULT;
  };
  const parameters = window => query({window: WINDOWS[window][1] || null, points: POINTS});

  const reload = context.every(READ_MS, 'rates', async signal => {
    const window = chosen();
    const ended = Boolean(job() && isEnded(job().state));
    // The first read after the end may lack the last events.
    if (state.found && state.window === window && ended && state.readsSinceEnd > 1) {
      return;
    }
    const found = await api.get(address + parameters(window), {signal});
    Object.assign(state, {found, window, ended, readsSinceEnd: ended ? state.readsSinceEnd + 1 : 0, skew: ended ? 0 : (Date.now() - Date.parse(found.to)) / 1000});
  });

  const choices = () => html`<nav class="row small" aria-label="Time that the chart shows">${Object.entries(WINDOWS).map(([word, [label]]) => html`
    <a href=${'?tab=progress&window=' + word} aria-current=${word === chosen() ? 'true' : nothing} @click=${event => choose(event, word)}>${label}</a>`)}</nav>`;

  function choose(event, word) {
    event.preventDefault();
    context.router.change({window: word === DEFAULT ? '' : word});
  }

  function caption(data, samples) {
    const {found} = state;
    const all = moved(state, samples);
    const still = found.steps.filter(step => step.relocated === 0 && step.seconds >= found.stepSeconds).length;
    const last = data[0].length - 1;
    const end = data[0][last];
    return html`From ${moment(found.from)} to ${(end - data[0][0] > DAY ? moment : clock)(end * 1000)}, ${duration(found.stepSeconds)} for each point:
      ${count(all.records)} records and ${bytes(all.bytes)} moved, at most ${rate(data[1].reduce((one, other) => Math.max(one, other)), 'records')}.
      ${still > 0 ? html`Nothing was moved in ${count(still)} of ${count(found.steps.length)} steps. ` : nothing}${state.ended ? nothing
        : html`Now ${rate(data[1][last], 'records')}, ${bytes(data[2][last])}/s.`}`;
  }

  function content() {
    const {found} = state;
    if (!found) {
      return html`<p class="muted">Loading</p>`;
    }
    const samples = context.live.job(id)?.samples;
    const data = joined(state, samples);
    return html`
      ${found.behindSince ? notice('warn', html`<p>Events of the job can't be counted since ${moment(found.behindSince)}. What it did later is missing here.</p>`) : nothing}
      ${found.recordedSince ? html`<p class="small muted">The history begins ${moment(found.recordedSince)}: an earlier version has stored what was before.
        <code>rebalancer rebuild</code> adds it if the journal still has it.</p>` : nothing}
      ${data[0].length < 2 ? html`<p class="muted">The chart begins when the job has worked for a minute.</p>` : picture.draw({data, caption: caption(data, samples)})}`;
  }

  function draw() {
    const window = chosen();
    const seconds = WINDOWS[window][1];
    return html`<section class="panel" aria-labelledby="throughput"><div class="row spread"><h2 id="throughput">Throughput</h2>${choices()}</div>
      ${content()}
      ${commands({path: address + query({window: seconds || null}), login: context.session.credential !== 'none'},
        adm('job', 'rates', id, ...(seconds ? ['--window', window] : [])))}
    </section>`;
  }

  return {draw, moved: reload};
}
