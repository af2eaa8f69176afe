// Calls of API v1. Each failure is a Problem with a text that an operator can act on.

export class Problem extends Error {
  constructor({status = 0, code = '', title = '', detail = '', body = {}, retryAfter = null, noReply = false}) {
    super(detail || title || 'HTTP status ' + status);
    this.status = status;
    this.code = code;
    this.title = title;
    this.body = body;
    this.retryAfter = retryAfter;
    this.noReply = noReply;
  }
}

const TIMEOUT_MS = 30000;
const loginListeners = [];

/** Calls the listener when the manager asks for a login. */
export function onLoginRequired(listener) {
  loginListeners.push(listener);
}

async function call(method, path, {body, signal, headers = {}} = {}) {
  const request = {method, headers: {Accept: 'application/json', ...headers}, cache: 'no-store'};
  if (body !== undefined) {
    request.headers['Content-Type'] = 'application/json';
    request.body = JSON.stringify(body);
  }
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  request.signal = signal ? AbortSignal.any([signal, timeout]) : timeout;
  let response;
  try {
    response = await fetch(path, request);
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    throw new Problem({
      noReply: true,
      title: 'The manager does not reply',
      detail: 'The manager at ' + location.host + ' does not reply. Jobs continue at other managers; this page tries again.'
    });
  }
  if (response.ok) {
    return response;
  }
  const problem = await problemOf(response);
  if (response.status === 401 && !headers.Authorization) {
    loginListeners.forEach(listener => listener(problem));
  }
  throw problem;
}

async function problemOf(response) {
  const text = await response.text();
  let body = {};
  try {
    body = JSON.parse(text);
  } catch {
    body = {detail: text.slice(0, 500)};
  }
  return new Problem({
    status: response.status,
    code: body.code,
    title: body.title,
    detail: body.detail,
    body,
    retryAfter: response.headers.get('Retry-After')
  });
}

async function json(method, path, options) {
  const response = await call(method, path, options);
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

export const api = {
  get: (path, options) => json('GET', path, options),
  post: (path, body, options) => json('POST', path, {...options, body}),
  patch: (path, body, options) => json('PATCH', path, {...options, body}),
  put: (path, body, options) => json('PUT', path, {...options, body}),
  remove: (path, options) => json('DELETE', path, options),
  /** The bytes of an answer as the manager sent them. */
  bytes: async (path, options) => (await call('GET', path, options)).blob()
};

/** A path with its parts encoded: path`/api/v1/jobs/${id}`. */
export function path(texts, ...values) {
  return texts.reduce((all, text, i) => all + text + (i < values.length ? encodeURIComponent(values[i]) : ''), '');
}

/** A query with the values that are not empty. */
export function query(values) {
  const found = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== '' && each !== null && each !== undefined) {
        found.append(name, each);
      }
    }
  }
  const text = found.toString();
  return text ? '?' + text : '';
}
