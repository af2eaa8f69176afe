/** Journal, snapshot store and read journal of Pekko Persistence on the embedded log. */
@NullMarked
package io.rebalancer.persistence.plugin;

import org.jspecify.annotations.NullMarked;
