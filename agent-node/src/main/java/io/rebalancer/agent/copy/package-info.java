/** Makes copies: fetch, digest while streaming, flush, give the final name. */
@NullMarked
package io.rebalancer.agent.copy;

import org.jspecify.annotations.NullMarked;
