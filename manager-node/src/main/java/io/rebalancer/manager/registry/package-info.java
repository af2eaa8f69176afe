/** The list of jobs, and the way in for whoever asks about them. */
@NullMarked
package io.rebalancer.manager.registry;

import org.jspecify.annotations.NullMarked;
