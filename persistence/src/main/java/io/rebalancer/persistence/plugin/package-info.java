/** The embedded log as journal and snapshot store of Pekko Persistence; everything that matters is in the log itself. */
@NullMarked
package io.rebalancer.persistence.plugin;

import org.jspecify.annotations.NullMarked;
