/** The life of a process: start, command line, logging, reload of settings, shutdown. */
@NullMarked
package io.rebalancer.cluster.process;

import org.jspecify.annotations.NullMarked;
