/** Stores objects as files on one storage node: verified, flushed, atomic. Blocking; knows no actor and no network. */
@NullMarked
package io.rebalancer.agent.store;

import org.jspecify.annotations.NullMarked;
