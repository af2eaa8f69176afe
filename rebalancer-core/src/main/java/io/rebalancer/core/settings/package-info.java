/** What operators set while jobs run: for one job, and for all jobs together. Which value holds, and why. */
@NullMarked
package io.rebalancer.core.settings;

import org.jspecify.annotations.NullMarked;
