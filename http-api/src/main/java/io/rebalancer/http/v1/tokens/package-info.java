/** The tokens of API v1. */
@NullMarked
package io.rebalancer.http.v1.tokens;

import org.jspecify.annotations.NullMarked;
