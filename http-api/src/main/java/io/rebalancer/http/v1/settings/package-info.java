/** The settings of API v1: of the fleet, and of one job. */
@NullMarked
package io.rebalancer.http.v1.settings;

import org.jspecify.annotations.NullMarked;
