/** Helpers for tests of several modules. Only test code may use this package. */
@NullMarked
package io.rebalancer.testsupport;

import org.jspecify.annotations.NullMarked;
