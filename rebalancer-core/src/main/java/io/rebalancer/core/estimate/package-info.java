/** When a pass will end, from what is measured of it. */
@NullMarked
package io.rebalancer.core.estimate;

import org.jspecify.annotations.NullMarked;
