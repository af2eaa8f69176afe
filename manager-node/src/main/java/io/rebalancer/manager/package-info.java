/** The manager process. */
@NullMarked
package io.rebalancer.manager;

import org.jspecify.annotations.NullMarked;
