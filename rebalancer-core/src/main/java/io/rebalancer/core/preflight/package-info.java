/** What is checked before a job is created, and whether the results allow it. */
@NullMarked
package io.rebalancer.core.preflight;

import org.jspecify.annotations.NullMarked;
