/** The stored state of a storage agent: accepted assignments, finished copies, known epochs, and limits. */
@NullMarked
package io.rebalancer.core.agent;

import org.jspecify.annotations.NullMarked;
