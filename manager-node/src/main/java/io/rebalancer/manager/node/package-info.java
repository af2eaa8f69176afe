/** The manager process: its assembly and its commands. */
@NullMarked
package io.rebalancer.manager.node;

import org.jspecify.annotations.NullMarked;
