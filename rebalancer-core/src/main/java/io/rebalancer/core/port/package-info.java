/** What the rules need of the world, and what the world may ask of the rules. */
@NullMarked
package io.rebalancer.core.port;

import org.jspecify.annotations.NullMarked;
