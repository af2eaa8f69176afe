/** What a job did over time, counted by the minutes in which its events were stored. Pure rules. */
@NullMarked
package io.rebalancer.core.rates;

import org.jspecify.annotations.NullMarked;
