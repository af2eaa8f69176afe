// The members of the cluster as this console saw them last: for operators whose manager does not answer any more.
import {api} from './api.js';

const INTERVAL_MS = 300000;
let last = null;

/** Keeps an answer of GET /api/v1/cluster. */
export function remember(found) {
  last = {at: Date.now(), self: found.self, members: found.members.map(({address, roles}) => ({address, roles}))};
}

/** The members when they were last seen; null if they never were. */
export const lastSeen = () => last;

/** Asks for the members now and then while someone is signed in. */
export function watchMembers(session) {
  const look = async () => {
    if (session.state === 'open' && !document.hidden) {
      try {
        remember(await api.get('/api/v1/cluster'));
      } catch {
        // What was seen before is what this is for.
      }
    }
  };
  session.onChange(look);
  setInterval(look, INTERVAL_MS);
}
