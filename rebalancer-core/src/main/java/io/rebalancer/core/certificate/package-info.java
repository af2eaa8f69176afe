/** The certificate of a drained storage node: which verification may be certified, its one encoding, and its signature. */
@NullMarked
package io.rebalancer.core.certificate;

import org.jspecify.annotations.NullMarked;
