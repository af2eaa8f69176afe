// One event stream for all tabs of this browser. The tab that holds a lock reads it and passes the events on; if it closes,
// another tab gets the lock. Everything here is bounded, so a tab does not grow, however long it is open.

const STREAM = '/api/v1/events';
const CHANNEL = 'rebalancer-live';
const MAX_JOBS = 500;
const MAX_SAMPLES = 300;
const MAX_LINES = 100;
const SAMPLE_MS = 1000;
const RETRY_MS = [1000, 2000, 4000, 8000];
/** After this time without an event, the manager is asked whether it is there. */
const SILENCE_MS = 15000;
/** After this time without an event, the stream is opened again: it continues without gap, and a dead connection is found. */
const RENEW_MS = 60000;

/** Jobs whose samples a reload keeps. */
const MAX_KEPT = 20;
const KEPT = 'rebalancer-samples';
const KEPT_MS = 600000;

function keep(samples) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({at: Date.now(), samples}));
  } catch {
    // A browser without storage, or with a full one, draws the chart from now on.
  }
}

function kept() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEPT));
    return Date.now() - found.at < KEPT_MS ? found.samples : {};
  } catch {
    return {};
  }
}

const ENDED = new Set(['DONE', 'DONE_WITH_EXCEPTIONS', 'LIMIT_REACHED', 'FAILED', 'CANCELLED']);
export const isEnded = state => ENDED.has(state);

/** Throughput over time in at most MAX_SAMPLES points: when they are full, every second one is dropped. */
class Samples {
  times = [];
  records = [];
  bytes = [];
  #every = SAMPLE_MS;

  /** Samples of another tab, or of this one before a reload, if they reach further back. */
  adopt(found) {
    if (found && found.times.length > 0 && (this.times.length === 0 || found.times[0] < this.times[0])) {
      Object.assign(this, {times: found.times, records: found.records, bytes: found.bytes});
      this.#every = Math.max(SAMPLE_MS, (found.times.at(-1) - found.times[0]) / MAX_SAMPLES);
    }
  }

  copy() {
    return {times: this.times, records: this.records, bytes: this.bytes};
  }

  add(time, records, bytes) {
    const last = this.times.length - 1;
    if (last >= 0 && time - this.times[last] < this.#every) {
      return;
    }
    this.times.push(time);
    this.records.push(records);
    this.bytes.push(bytes);
    if (this.times.length > MAX_SAMPLES) {
      const keep = (value, i) => i % 2 === 0;
      this.times = this.times.filter(keep);
      this.records = this.records.filter(keep);
      this.bytes = this.bytes.filter(keep);
      this.#every *= 2;
    }
  }

  /** Amounts per second over about the last milliseconds; null if too little is known. */
  rate(milliseconds) {
    const last = this.times.length - 1;
    if (last < 1) {
      return null;
    }
    let first = last - 1;
    while (first > 0 && this.times[last] - this.times[first] < milliseconds) {
      first--;
    }
    const seconds = (this.times[last] - this.times[first]) / 1000;
    return {
      records: (this.records[last] - this.records[first]) / seconds,
      bytes: (this.bytes[last] - this.bytes[first]) / seconds
    };
  }
}

/** What is known of one job from the stream. */
class LiveJob {
  job = null;
  at = 0;
  samples = new Samples();
  lines = [];

  apply(job, at) {
    const before = this.job;
    if (before && before.revision > job.revision) {
      return;
    }
    this.job = {...before, ...job};
    this.at = at;
    this.samples.add(at, job.relocated, job.bytes);
    if (!before || before.state !== job.state || before.pass !== job.pass) {
      this.#line(at, 'state', job.state + (job.pass ? ', pass ' + job.pass : '') + (job.reason ? ': ' + job.reason : ''));
    }
    for (const [reason, number] of Object.entries({...job.skippedBy, ...job.failedBy})) {
      const known = before?.skippedBy?.[reason] ?? before?.failedBy?.[reason] ?? 0;
      if (before && number > known) {
        this.#line(at, 'exceptions', (number - known) + ' more: ' + reason.replaceAll('_', ' '));
      }
    }
    const causes = new Set((before?.waiting ?? []).map(wait => wait.cause));
    for (const wait of job.waiting ?? []) {
      if (!causes.has(wait.cause)) {
        this.#line(at, 'waits', wait.detail);
      }
    }
  }

  #line(at, kind, text) {
    this.lines.unshift({at, kind, text});
    this.lines.length = Math.min(this.lines.length, MAX_LINES);
  }
}

export class LiveFeed {
  /** connecting, live, reconnecting or stopped. */
  status = 'stopped';
  lastEventAt = 0;
  jobs = new Map();
  nodes = new Map();
  #source = null;
  #lastId = '';
  #failures = 0;
  #lastDataAt = 0;
  #timer = 0;
  #channel = null;
  #release = null;
  #statusListeners = [];
  #eventListeners = new Set();

  constructor() {
    window.addEventListener('pagehide', () => keep(this.#samples()));
  }

  onStatus(listener) {
    this.#statusListeners.push(listener);
  }

  /** Calls the listener with (type, data) of each event, until the signal is aborted. */
  onEvent(listener, signal) {
    this.#eventListeners.add(listener);
    signal.addEventListener('abort', () => this.#eventListeners.delete(listener));
  }

  job(id) {
    return this.jobs.get(id);
  }

  start() {
    if (this.status !== 'stopped') {
      return;
    }
    this.#setStatus('connecting');
    this.#adopt(kept());
    this.#channel = 'BroadcastChannel' in window ? new BroadcastChannel(CHANNEL) : null;
    if (this.#channel) {
      this.#channel.onmessage = message => this.#heard(message.data);
      this.#channel.postMessage({type: 'hello'});
    }
    // Locks exist at https and loopback addresses only; elsewhere each tab has a stream.
    if (navigator.locks && this.#channel) {
      navigator.locks.request(CHANNEL, () => new Promise(release => {
        if (this.status === 'stopped') {
          release();
          return;
        }
        this.#release = release;
        this.#connect();
      }));
    } else {
      this.#connect();
    }
    this.#timer = setInterval(() => this.#checkSilence(), SILENCE_MS / 3);
  }

  stop() {
    clearInterval(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.#channel?.close();
    this.#channel = null;
    this.#release?.();
    this.#release = null;
    this.#lastId = '';
    this.jobs.clear();
    this.nodes.clear();
    this.#setStatus('stopped');
  }

  get #reads() {
    return this.#source !== null;
  }

  #connect() {
    const resume = this.#lastId ? '?lastEventId=' + encodeURIComponent(this.#lastId) : '';
    const source = new EventSource(STREAM + resume);
    this.#source = source;
    source.onopen = () => {
      this.#failures = 0;
      this.#spread({type: 'status', status: 'live', at: Date.now()});
    };
    for (const type of ['state', 'progress', 'storage-node']) {
      source.addEventListener(type, event => {
        this.#lastId = event.lastEventId || this.#lastId;
        this.#lastDataAt = Date.now();
        this.#spread({type, data: JSON.parse(event.data), at: Date.now()});
      });
    }
    // A stream that was too slow, or had too many jobs, would be dropped again at once.
    source.addEventListener('dropped', () => {
      this.#spread({type: 'status', status: 'reconnecting', at: this.lastEventAt});
      this.#reconnect(source, RETRY_MS.at(-1));
    });
    source.onerror = () => {
      this.#spread({type: 'status', status: 'reconnecting', at: this.lastEventAt});
      if (source.readyState === EventSource.CLOSED) {
        this.#reconnect(source);
      }
    };
  }

  #reconnect(source, wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)]) {
    source.close();
    setTimeout(() => {
      if (this.#source === source) {
        this.#connect();
      }
    }, wait);
  }

  /** A browser shows a page no heartbeats, so an idle fleet and a dead connection look the same. */
  async #checkSilence() {
    if (this.status !== 'live' || Date.now() - this.lastEventAt < SILENCE_MS) {
      return;
    }
    if (!this.#reads) {
      this.#channel?.postMessage({type: 'hello'});
      if (Date.now() - this.lastEventAt > 2 * SILENCE_MS) {
        this.#setStatus('reconnecting');
      }
      return;
    }
    const source = this.#source;
    const replies = await fetch('/health/alive', {cache: 'no-store', signal: AbortSignal.timeout(SILENCE_MS / 3)}).then(
      response => response.ok, () => false);
    if (source !== this.#source) {
      return;
    }
    if (!replies || Date.now() - this.#lastDataAt > RENEW_MS) {
      this.#lastDataAt = Date.now();
      if (!replies) {
        this.#spread({type: 'status', status: 'reconnecting', at: this.lastEventAt});
      }
      source.close();
      this.#connect();
    } else {
      this.#spread({type: 'status', status: 'live', at: Date.now()});
    }
  }

  /** Passes an event on to the other tabs, and takes it. */
  #spread(message) {
    this.#channel?.postMessage(message);
    this.#take(message);
  }

  #heard(message) {
    if (message.type === 'hello') {
      if (this.#reads) {
        this.#channel.postMessage({
          type: 'all', status: this.status, at: this.lastEventAt, lastId: this.#lastId,
          jobs: [...this.jobs.values()].map(each => each.job).filter(job => job), nodes: [...this.nodes.values()], samples: this.#samples()
        });
      }
    } else if (message.type === 'all') {
      this.#adopt(message.samples);
      message.jobs.forEach(job => this.#applyJob(job, message.at));
      message.nodes.forEach(node => this.nodes.set(node.storageNode, node));
      this.#lastId = message.lastId;
      this.#take({type: 'status', status: message.status, at: message.at});
    } else if (!this.#reads) {
      this.#take(message);
    }
  }

  #take(message) {
    this.lastEventAt = message.at;
    if (message.type === 'status') {
      this.#setStatus(message.status);
      return;
    }
    if (message.type === 'storage-node') {
      this.nodes.set(message.data.storageNode, message.data);
    } else {
      this.#applyJob(message.data, message.at);
    }
    this.#eventListeners.forEach(listener => listener(message.type, message.data));
    this.#setStatus('live');
  }

  #applyJob(job, at) {
    let known = this.jobs.get(job.id);
    if (!known) {
      known = new LiveJob();
      this.jobs.set(job.id, known);
      this.#forgetEnded();
    }
    known.apply(job, at);
  }

  /** The samples of some jobs at work, by job. */
  #samples() {
    return Object.fromEntries([...this.jobs].filter(([, each]) => each.job && !isEnded(each.job.state)).slice(0, MAX_KEPT)
      .map(([id, each]) => [id, each.samples.copy()]));
  }

  #adopt(samples) {
    for (const [id, found] of Object.entries(samples ?? {})) {
      if (!this.jobs.has(id) && this.jobs.size < MAX_JOBS) {
        this.jobs.set(id, new LiveJob());
      }
      this.jobs.get(id)?.samples.adopt(found);
    }
  }

  #forgetEnded() {
    for (const [id, each] of this.jobs) {
      if (this.jobs.size <= MAX_JOBS) {
        return;
      }
      if (each.job && isEnded(each.job.state)) {
        this.jobs.delete(id);
      }
    }
  }

  #setStatus(status) {
    this.status = status;
    this.#statusListeners.forEach(listener => listener());
  }
}
