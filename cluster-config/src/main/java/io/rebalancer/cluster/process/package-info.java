/** The life cycle of a process: command line, start, logging, reload of settings, shutdown. */
@NullMarked
package io.rebalancer.cluster.process;

import org.jspecify.annotations.NullMarked;
