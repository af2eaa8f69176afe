// The whole fleet, read page by page.
import {api, query} from '../core/api.js';

const MAX_PAGES = 20;

/** All storage nodes that storinfo lists; `complete` is false if there are more than the console shows. */
export async function fleetOf(signal) {
  const nodes = [];
  let after = '';
  for (let page = 0; page < MAX_PAGES; page++) {
    const found = await api.get('/api/v1/fleet' + query({limit: 1000, after}), {signal});
    nodes.push(...found.storageNodes);
    if (!found.next) {
      return {nodes, complete: true};
    }
    after = found.next;
  }
  return {nodes, complete: false};
}
